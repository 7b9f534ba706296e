/** Finds the files below what the user named: folders, Maildirs, single files. */
import fs from "node:fs";
import path from "node:path";
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
export function* walk(paths: readonly string[]): Generator<FoundSource | PassedOver> {
  for (const given of paths) {
    let root: string;
    let stat: fs.Stats;
    try {
      root = fs.realpathSync(given);
      stat = fs.statSync(root);
    } catch (error) {
      yield { path: given, why: describe(error), isUnreadable: true };
      continue;
    }
    if (stat.isDirectory()) yield* walkFolder(given, root);
    else if (stat.isFile()) yield { path: given };
    else yield { path: given, why: kindOf(stat), isUnreadable: true };
  }
}

function* walkFolder(folder: string, root: string): Generator<FoundSource | PassedOver> {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    yield { path: folder, why: describe(error), isUnreadable: true };
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

function inspect(full: string, entry: fs.Dirent, root: string): FoundSource | PassedOver {
  if (entry.isFile()) return { path: full };
  try {
    if (entry.isSymbolicLink()) {
      const inside = path.relative(root, fs.realpathSync(full));
      if (inside.startsWith("..") || path.isAbsolute(inside)) {
        return { path: full, why: "a link that leads elsewhere", isUnreadable: false };
      }
    }
    const stat = fs.statSync(full);
    if (stat.isDirectory()) return { path: full, why: "a link to a folder", isUnreadable: false };
    if (!stat.isFile()) return { path: full, why: kindOf(stat), isUnreadable: false };
    return { path: full };
  } catch (error) {
    return { path: full, why: describe(error), isUnreadable: true };
  }
}

function kindOf(stat: fs.Stats): string {
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}
