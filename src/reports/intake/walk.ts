/** Finds the files below what the user named: folders, Maildirs, single files. */
import fs from "node:fs";
import path from "node:path";
import { failure, success, type Failure, type Result } from "../../diagnostics/result.ts";
import { describe } from "../../runtime/system-error.ts";

export interface FoundSource {
  readonly path: string;
}

/** The size of a file in bytes; 0 if it no longer exists. */
export function sizeOf({ path: file }: FoundSource): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** A path that was skipped, and why. */
export interface SkippedPath {
  readonly path: string;
  readonly why: string;
  /** Whether it should have been read. */
  readonly isUnreadable: boolean;
}

/** Why a path of the command line cannot be read; null: it can. */
export function whyUnreadable(given: string): string | null {
  try {
    const stat = fs.statSync(given);
    if (stat.isDirectory()) fs.opendirSync(given).closeSync();
    return stat.isDirectory() || stat.isFile() ? null : kindOf(stat);
  } catch (error) {
    return describe(error);
  }
}

/** Folders without mail: this program's own, and the history of a repository. */
const ignoredFolders: ReadonlySet<string> = new Set([".stspress", ".git"]);

/**
 * Yields every file below the paths, sorted by name. A given path may be a link; below it, only links to
 * files within the same folder are followed.
 */
export function* walk(paths: readonly string[]): Generator<Result<FoundSource, SkippedPath>> {
  for (const given of paths) {
    let root: string;
    let stat: fs.Stats;
    try {
      root = fs.realpathSync(given);
      stat = fs.statSync(root);
    } catch (error) {
      yield unreadable(given, describe(error));
      continue;
    }
    if (stat.isDirectory()) yield* walkFolder(given, root);
    else if (stat.isFile()) yield success({ path: given });
    else yield unreadable(given, kindOf(stat));
  }
}

function* walkFolder(folder: string, root: string): Generator<Result<FoundSource, SkippedPath>> {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder, describe(error));
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const isMaildir = ["cur", "new", "tmp"].every((name) =>
    entries.some((entry) => entry.name === name && entry.isDirectory()),
  );
  const within = path.join(folder, "x").slice(0, -1);
  for (const entry of entries) {
    // `path.join` would normalise each path again, which is slow.
    const full = `${within}${entry.name}`;
    if (entry.isDirectory()) {
      // Mails in a Maildir's tmp are still being written.
      const isIgnored = ignoredFolders.has(entry.name) || (isMaildir && entry.name === "tmp");
      if (!isIgnored) yield* walkFolder(full, root);
    } else yield inspect(full, entry, root);
  }
}

function inspect(full: string, entry: fs.Dirent, root: string): Result<FoundSource, SkippedPath> {
  if (entry.isFile()) return success({ path: full });
  try {
    if (entry.isSymbolicLink()) {
      const inside = path.relative(root, fs.realpathSync(full));
      if (inside.startsWith("..") || path.isAbsolute(inside)) {
        return skipped(full, "skipped: the link leads out of the folder");
      }
    }
    const stat = fs.statSync(full);
    if (stat.isDirectory()) return skipped(full, "skipped: it is a link to a folder");
    if (!stat.isFile()) return skipped(full, `skipped: ${kindOf(stat)}`);
    return success({ path: full });
  } catch (error) {
    return unreadable(full, describe(error));
  }
}

/** A path that should have been read, and cannot be. */
export function unreadable(file: string, why: string): Failure<SkippedPath> {
  return failure({ path: file, why, isUnreadable: true });
}

function skipped(file: string, why: string): Failure<SkippedPath> {
  return failure({ path: file, why, isUnreadable: false });
}

function kindOf(stat: fs.Stats): string {
  if (stat.isFIFO()) return "it is a pipe";
  return stat.isSocket() ? "it is a socket" : "it is a device";
}
