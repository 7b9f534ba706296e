/**
 * Lets one stspress at a time write a site. The owner is a file that names its process; taking it is
 * one `link`, so that two takers cannot both succeed, and an owner that died is removed by one
 * `rename`, so that two processes that find it dead cannot both remove it.
 */
import fs from "node:fs";
import path from "node:path";
import { makeKeptFolder } from "./kept-folder.ts";
import { codeOf } from "./system-error.ts";
import { exists, ownPid } from "./this-process.ts";

/** Releases the site. */
export type Release = () => void;

export type Taken =
  { readonly ok: true; readonly release: Release } | { readonly ok: false; readonly pid: number };

/** Takes the site, or names the process that holds it. */
export function takeSite(root: string): Taken {
  const folder = makeKeptFolder(root);
  const owner = path.join(folder, "writing");
  const mine = path.join(folder, `writing.${String(ownPid)}`);
  try {
    fs.writeFileSync(mine, identity(ownPid));
    for (;;) {
      try {
        fs.linkSync(mine, owner);
        sweep(folder);
        return {
          ok: true,
          release: () => {
            fs.rmSync(owner, { force: true });
          },
        };
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
      }
      const holder = readOwner(owner);
      if (holder === null) continue;
      if (isAlive(holder)) return { ok: false, pid: Number(holder.split(" ")[0]) };
      removeDeadOwner(owner, holder);
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

function readOwner(owner: string): string | null {
  try {
    return fs.readFileSync(owner, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function removeDeadOwner(owner: string, dead: string): void {
  const aside = `${owner}.${String(ownPid)}.dead`;
  try {
    fs.renameSync(owner, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  // Somebody may have taken the site between the look and the rename: then it is given back.
  if (fs.readFileSync(aside, "utf8") === dead) fs.rmSync(aside);
  else {
    try {
      fs.linkSync(aside, owner);
    } finally {
      fs.rmSync(aside);
    }
  }
}

/** Removes what takers left that were killed before they had or had not the site. */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const pid = /^writing\.(\d+)(\.dead)?$/.exec(name)?.[1];
    if (pid !== undefined && !exists(Number(pid)))
      fs.rmSync(path.join(folder, name), { force: true });
  }
}

/** Process id and, where /proc tells, its start: a recycled id is not the owner. */
function identity(pid: number): string {
  return `${String(pid)} ${startOf(pid)}`;
}

function startOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(holder: string): boolean {
  const pid = Number(holder.split(" ")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  return exists(pid) && holder === identity(pid);
}
