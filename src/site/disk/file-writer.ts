/** Writes files below one folder. */
import fs from "node:fs";
import path from "node:path";
import { cacheDigest } from "../../runtime/digest.ts";
import { codeOf } from "../../runtime/system-error.ts";

/** A file to be written. */
export interface Write {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** How a file was left: what it says, and what the file system says of it. */
export interface Written {
  readonly digest: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** A path that a link or a file keeps from being a folder. */
export class NotAFolder extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} is not a folder`);
    this.path = path;
  }
}

/** A file that could not be written, with the system's error as the cause. */
export class WriteFailed extends Error {
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(`${path} could not be written`, { cause });
    this.path = path;
  }
}

/**
 * Where files are: `served`, so that each is replaced by rename and a process killed at any moment leaves
 * it whole; or `unseen`, where nothing is replaced and nobody looks yet.
 */
export type Visibility = "served" | "unseen";

/** Not for two writers of one folder at once. Writes through no link. */
export class FileWriter {
  readonly #root: string;
  readonly #shown: string;
  readonly #visibility: Visibility;
  readonly #temp: string;
  readonly #digests = new Map<string, string>();
  readonly #folders = new Set<string>();

  /** @param shown how the folder is called in errors, such as `dist` */
  constructor(root: string, shown: string, visibility: Visibility) {
    this.#root = root;
    this.#shown = shown;
    this.#visibility = visibility;
    this.#temp = path.join(root, ".writing");
  }

  /** Makes the folder ready. Errors: the system's. */
  begin(): void {
    fs.mkdirSync(this.#root, { recursive: true });
    // What a killed process left; or a link, which must not be written through.
    this.end();
  }

  /** Removes what a failed write left. */
  end(): void {
    fs.rmSync(this.#temp, { force: true });
  }

  /** Writes one file. Errors: {@link WriteFailed}, {@link NotAFolder}. */
  write({ path: file, content }: Write): Written {
    try {
      const slash = file.lastIndexOf("/");
      if (slash > 0) this.#ensureFolder(file.slice(0, slash));
      // Quicker than path.join, and the same: both parts are normal.
      const final = `${this.#root}/${file}`;
      const { size, mtimeMs } = writeNew(
        this.#visibility === "served" ? this.#temp : final,
        content,
      );
      if (this.#visibility === "served") fs.renameSync(this.#temp, final);
      return { digest: this.digestOf(content), size, mtimeMs };
    } catch (error) {
      if (error instanceof NotAFolder) throw error;
      throw new WriteFailed(`${this.#shown}/${file}`, error);
    }
  }

  /** Names a content; policies are few and shared, so short ones are remembered. */
  digestOf(content: string): string {
    if (content.length > 1024) return cacheDigest(content);
    let known = this.#digests.get(content);
    if (known === undefined) {
      known = cacheDigest(content);
      if (this.#digests.size < 4096) this.#digests.set(content, known);
    }
    return known;
  }

  /** Whether a path below the folder is a folder, and no link leads to it. */
  isRealFolder(folder: string): boolean {
    if (folder === "." || this.#folders.has(folder)) return true;
    if (!this.isRealFolder(path.dirname(folder))) return false;
    const stat = fs.lstatSync(path.join(this.#root, folder), { throwIfNoEntry: false });
    return stat?.isDirectory() ?? false;
  }

  #ensureFolder(folder: string): void {
    if (folder === "." || this.#folders.has(folder)) return;
    this.#ensureFolder(path.dirname(folder));
    const full = path.join(this.#root, folder);
    try {
      fs.mkdirSync(full);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      if (!fs.lstatSync(full).isDirectory()) throw new NotAFolder(`${this.#shown}/${folder}`);
    }
    this.#folders.add(folder);
  }
}

/** Writes a file and tells how it then lies on the disk. */
function writeNew(file: string, content: string): fs.Stats {
  const handle = fs.openSync(file, "wx");
  try {
    fs.writeFileSync(handle, content);
    return fs.fstatSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
