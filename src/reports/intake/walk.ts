/** Finds the files below what the user named: folders, Maildirs, single files. */
import fs from "node:fs";
import path from "node:path";
import { failure, success, type Failure, type Result } from "../../diagnostics/result.ts";
import { describe } from "../../runtime/system-error.ts";

export interface FoundSource {
  readonly path: string;
}

/** Octets of a file that was found; 0 where it has gone. */
export function sizeOf({ path: file }: FoundSource): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Something that was passed over, and why in words. */
export interface PassedOver {
  readonly path: string;
  readonly why: string;
  /** Whether it should have been read, and could not be. */
  readonly isUnreadable: boolean;
}

/** Why a path that a user names cannot be walked; null: it can. */
export function whyUnreadable(given: string): string | null {
  try {
    const stat = fs.statSync(given);
    if (stat.isDirectory()) fs.opendirSync(given).closeSync();
    return stat.isDirectory() || stat.isFile() ? null : kindOf(stat);
  } catch (error) {
    return describe(error);
  }
}

/** What is not a person's mail or files: this program's own, and the history of a repository. */
const skipped: ReadonlySet<string> = new Set([".stspress", ".git"]);

/**
 * Yields every file below the paths, in the order of their names. What is named itself may be a link;
 * below it, links are followed to files within the same folder, and nowhere else.
 */
export function* walk(paths: readonly string[]): Generator<Result<FoundSource, PassedOver>> {
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

function* walkFolder(folder: string, root: string): Generator<Result<FoundSource, PassedOver>> {
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
    // Not `path.join`, which would look at each character of a path that is normal already.
    const full = `${within}${entry.name}`;
    if (entry.isDirectory()) {
      // What is in a Maildir's tmp is not there yet.
      const isLeftOut = skipped.has(entry.name) || (isMaildir && entry.name === "tmp");
      if (!isLeftOut) yield* walkFolder(full, root);
    } else yield inspect(full, entry, root);
  }
}

function inspect(full: string, entry: fs.Dirent, root: string): Result<FoundSource, PassedOver> {
  if (entry.isFile()) return success({ path: full });
  try {
    if (entry.isSymbolicLink()) {
      const inside = path.relative(root, fs.realpathSync(full));
      if (inside.startsWith("..") || path.isAbsolute(inside)) {
        return leftOut(full, "a link that leads elsewhere");
      }
    }
    const stat = fs.statSync(full);
    if (stat.isDirectory()) return leftOut(full, "a link to a folder");
    if (!stat.isFile()) return leftOut(full, kindOf(stat));
    return success({ path: full });
  } catch (error) {
    return unreadable(full, describe(error));
  }
}

/** What should have been read, and could not be. */
export function unreadable(file: string, why: string): Failure<PassedOver> {
  return failure({ path: file, why, isUnreadable: true });
}

function leftOut(file: string, why: string): Failure<PassedOver> {
  return failure({ path: file, why, isUnreadable: false });
}

function kindOf(stat: fs.Stats): string {
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}
