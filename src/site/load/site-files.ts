/** Finds and reads the files of a site folder. Links that lead out of it are refused, not followed. */
import fs from "node:fs";
import path from "node:path";
import { codeOf, describe } from "../../runtime/system-error.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";

/** A domain file that is there, and how to tell whether it changed. */
export interface FoundFile {
  /** Path relative to the site folder, with `/`. */
  readonly file: string;
  readonly size: number;
  /** Times in milliseconds with the file system's precision. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

export type ReadResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Beyond this no file is read into memory, in bytes. */
const maxBytes = 16 * 1024 * 1024;

/** Finds every .yaml and .yml file below `domains/`, in no order, and what is wrong there, one after another. */
export function* walkDomainFiles(
  root: string,
  folder = "domains",
): Generator<FoundFile | Diagnostic, void> {
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
      yield diagnostic("site/linked-folder", { path: file });
      continue;
    }
    if (!/\.ya?ml$/.test(entry.name)) {
      if (!/^README/i.test(entry.name)) yield diagnostic("site/ignored-file", { path: file });
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

/** Reads one file of the site; null when there is none. */
export function readSiteFile(root: string, file: string): ReadResult | null {
  if (fs.lstatSync(path.join(root, file), { throwIfNoEntry: false }) === undefined) return null;
  const found = inspect(root, file);
  return "code" in found ? { ok: false, diagnostic: found } : readFound(root, file);
}

/** Reads a file that {@link walkDomainFiles} found. */
export function readFound(root: string, file: string): ReadResult {
  try {
    return { ok: true, bytes: fs.readFileSync(path.join(root, file)) };
  } catch (error) {
    return { ok: false, diagnostic: unreadable(file, error) };
  }
}

function inspect(root: string, file: string): FoundFile | Diagnostic {
  const full = path.join(root, file);
  try {
    let stat = fs.lstatSync(full);
    if (stat.isSymbolicLink()) {
      const target = fs.realpathSync(full);
      const inside = path.relative(fs.realpathSync(root), target);
      if (inside.startsWith("..") || path.isAbsolute(inside)) {
        return diagnostic("site/link", { path: file, target });
      }
      stat = fs.statSync(full);
      if (stat.isDirectory()) return diagnostic("site/linked-folder", { path: file });
    }
    // Opening a pipe would wait for ever.
    if (!stat.isFile()) return diagnostic("site/not-a-file", { path: file, kind: kindOf(stat) });
    if (stat.size > maxBytes) {
      const detail = `it has ${String(stat.size)} bytes, more than ${String(maxBytes)}`;
      return diagnostic("site/unreadable", { path: file, detail });
    }
    return { file, size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs };
  } catch (error) {
    return unreadable(file, error);
  }
}

function kindOf(stat: fs.Stats): string {
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}

function unreadable(file: string, error: unknown): Diagnostic {
  return diagnostic("site/unreadable", { path: file, detail: describe(error) });
}
