/** A lock that is missing although something says that there was one: then it is not a first build. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import type { Lock } from "../lock/lock.ts";
import { loadLock, lockName, type LoadedLock } from "./load-lock.ts";

/** Where the lock before the last build lies. */
export const previousLock = ".stspress/previous.lock";

/** Asking git is quick, and must not hang on a lock or a prompt. */
const gitTimeoutMs = 5000;

/** Reads the lock of a site; one that was lost is no new one. */
export function openLock(root: string): Result<LoadedLock & { readonly lock: Lock }> {
  const loaded = loadLock(root);
  const { lock, text, diagnostics } = loaded;
  if (lock === null) return failure(...diagnostics);
  const missing = text === null ? missingLock(root) : null;
  return missing === null ? success({ ...loaded, lock }) : failure(missing);
}

/** Says that the lock was lost, and how it comes back; null where nothing tells of an earlier one. */
export function missingLock(root: string): Diagnostic | null {
  const commit = commitWithLock(root);
  if (commit !== null) {
    const command = `git checkout ${commit} -- ${lockName}`;
    return diagnostic("lock/missing", { seen: `git has one (${commit})`, command });
  }
  if (hasDomains(path.join(root, previousLock))) {
    const command = `cp ${previousLock} ${lockName}`;
    return diagnostic("lock/missing", { seen: `${previousLock} is an earlier one`, command });
  }
  if (fs.existsSync(path.join(root, "dist", ".manifest"))) {
    return diagnostic("lock/missing", { seen: "dist/ was built before", command: null });
  }
  return null;
}

/** A first build that was interrupted leaves a lock of nothing there. */
function hasDomains(file: string): boolean {
  try {
    return fs.readFileSync(file, "utf8").includes("\ndomain ");
  } catch {
    return false;
  }
}

/** The last commit that has the lock; null where there is none, or no git. */
function commitWithLock(root: string): string | null {
  if (!isInRepository(root)) return null;
  const args = [
    "log",
    "-1",
    "--no-show-signature",
    "--diff-filter=AMR",
    "--format=%h",
    "--",
    lockName,
  ];
  const { status, stdout } = spawnSync("git", args, {
    cwd: root,
    encoding: "utf8",
    timeout: gitTimeoutMs,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const commit = status === 0 ? stdout.trim() : "";
  return /^[0-9a-f]{4,64}$/.test(commit) ? commit : null;
}

function isInRepository(root: string): boolean {
  let folder = path.resolve(root);
  for (;;) {
    if (fs.existsSync(path.join(folder, ".git"))) return true;
    const parent = path.dirname(folder);
    if (parent === folder) return false;
    folder = parent;
  }
}
