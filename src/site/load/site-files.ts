/** Finds and reads the files of a site folder. Links that lead out of it are refused, not followed. */
import fs from "node:fs";
import path from "node:path";
import { codeOf, describe } from "../../runtime/system-error.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Failure, type Result } from "../../diagnostics/result.ts";

/** A domain file that is there, and how to tell whether it changed. */
export interface FoundFile {
  /** Path relative to the site folder, with `/`. */
  readonly file: string;
  readonly size: number;
  /** Times in milliseconds with the file system's precision. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Beyond this no file is read into memory, in bytes. */
const maxBytes = 16 * 1024 * 1024;

/** Finds every .yaml and .yml file below `domains/`, in no order, and what is wrong there, one after another. */
export function* walkDomainFiles(
  root: string,
  folder = "domains",
): Generator<Result<FoundFile>, void> {
  const outside = folder === "domains" ? whyOutside(root, folder) : null;
  if (outside !== null) {
    yield outside;
    return;
  }
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (folder !== "domains" || codeOf(error) !== "ENOENT") yield unreadable(folder, error);
    return;
  }
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* walkDomainFiles(root, file);
      continue;
    }
    if (entry.isSymbolicLink() && leadsToFolder(path.join(root, file))) {
      yield failure(diagnostic("site/linked-folder", { path: file }));
      continue;
    }
    if (!/\.ya?ml$/.test(entry.name)) {
      if (!/^README/i.test(entry.name))
        yield failure(diagnostic("site/ignored-file", { path: file }));
      continue;
    }
    yield inspect(root, file);
  }
}

function leadsToFolder(link: string): boolean {
  try {
    return fs.statSync(link).isDirectory();
  } catch {
    return false; // what is wrong with it is told when it is read
  }
}

/** Refuses a folder of the site that is a link out of it; null: it is none, or there is no such folder. */
export function whyOutside(root: string, folder: string): Failure | null {
  const full = path.join(root, folder);
  try {
    if (fs.lstatSync(full, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return null;
    return refuseOutside(root, folder, fs.realpathSync(full));
  } catch (error) {
    return unreadable(folder, error);
  }
}

function refuseOutside(root: string, file: string, target: string): Failure | null {
  const inside = path.relative(fs.realpathSync(root), target);
  const isOutside =
    inside === ".." || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside);
  return isOutside ? failure(diagnostic("site/link", { path: file, target })) : null;
}

/** Reads one file of the site; null when there is none. */
export function readSiteFile(root: string, file: string): Result<Uint8Array> | null {
  if (fs.lstatSync(path.join(root, file), { throwIfNoEntry: false }) === undefined) return null;
  const found = inspect(root, file);
  return found.ok ? readFound(root, file) : found;
}

/** Reads a file that {@link walkDomainFiles} found. */
export function readFound(root: string, file: string): Result<Uint8Array> {
  try {
    return success(fs.readFileSync(path.join(root, file)));
  } catch (error) {
    return unreadable(file, error);
  }
}

function inspect(root: string, file: string): Result<FoundFile> {
  const full = path.join(root, file);
  try {
    let stat = fs.lstatSync(full);
    if (stat.isSymbolicLink()) {
      const outside = refuseOutside(root, file, fs.realpathSync(full));
      if (outside !== null) return outside;
      stat = fs.statSync(full);
      if (stat.isDirectory()) return failure(diagnostic("site/linked-folder", { path: file }));
    }
    // Opening a pipe would wait for ever.
    if (!stat.isFile())
      return failure(diagnostic("site/not-a-file", { path: file, kind: kindOf(stat) }));
    if (stat.size > maxBytes) {
      const detail = `it has ${String(stat.size)} bytes, more than ${String(maxBytes)}`;
      return failure(diagnostic("site/unreadable", { path: file, detail }));
    }
    return success({ file, size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs });
  } catch (error) {
    return unreadable(file, error);
  }
}

function kindOf(stat: fs.Stats): string {
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}

function unreadable(file: string, error: unknown): Failure {
  return failure(diagnostic("site/unreadable", { path: file, detail: describe(error) }));
}
