/**
 * `dist/` on disk. Files are replaced one by one, by rename, so that a build killed at any moment
 * leaves every file whole; a manifest of what was written tells the next build what is unchanged and
 * what it may delete. Nothing is written or deleted through a link.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { codeOf } from "./site-files.ts";

const manifestName = ".manifest";
const tempName = ".writing";

interface Row {
  readonly digest: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** How a file of the plan stands to the one on disk. */
export type Comparison = "same" | "added" | "changed";

/** A file to be written, below `dist/`. */
export interface Write {
  readonly path: string;
  readonly content: string;
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

/** The output folder of one site. Not for two processes at once: see site-mutex.ts. */
export class Dist {
  readonly #root: string;
  readonly #rows: Map<string, Row>;
  readonly #digests = new Map<string, string>();
  readonly #seen = new Set<string>();
  readonly #folders = new Set<string>();
  /** There was no `dist/`: nothing in it needs to be looked at. */
  readonly #isNew: boolean;

  constructor(siteRoot: string) {
    this.#root = path.join(siteRoot, "dist");
    const stat = fs.lstatSync(this.#root, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) throw new NotAFolder("dist");
    this.#isNew = stat === undefined;
    this.#rows =
      stat === undefined
        ? new Map<string, Row>()
        : readManifest(path.join(this.#root, manifestName));
  }

  /** Compares one planned file with the disk, and remembers that it is planned. */
  compare(file: string, content: string): Comparison {
    this.#seen.add(file);
    if (this.#isNew) return "added";
    const full = path.join(this.#root, file);
    const stat = fs.lstatSync(full, { throwIfNoEntry: false });
    if (stat === undefined) return "added";
    if (!stat.isFile()) return "changed";
    const row = this.#rows.get(file);
    const digest = this.#digestOf(content);
    if (row !== undefined && row.size === stat.size && row.mtimeMs === stat.mtimeMs) {
      return row.digest === digest ? "same" : "changed";
    }
    // Not as the last build left it: restored from elsewhere, edited, or written by a build that was killed.
    if (fs.readFileSync(full, "utf8") !== content) return "changed";
    this.#rows.set(file, { digest, size: stat.size, mtimeMs: stat.mtimeMs });
    return "same";
  }

  /** What the last build wrote and this one, whose files were all compared, does not. */
  stale(): string[] {
    return [...this.#rows.keys()].filter((file) => !this.#seen.has(file)).sort();
  }

  get #manifestPath(): string {
    return path.join(this.#root, manifestName);
  }

  /**
   * Writes and deletes, in the order given, deletions last. Errors: {@link WriteFailed},
   * {@link NotAFolder}; what was written until then is whole and the next build goes on from it.
   */
  commit(
    writes: readonly Write[],
    stale: readonly string[],
    progress: (done: number) => void,
  ): void {
    fs.mkdirSync(this.#root, { recursive: true });
    // What a killed build left; or a link, which must not be written through.
    fs.rmSync(path.join(this.#root, tempName), { force: true });
    // Before the first file: were the build killed, its files would otherwise belong to nobody.
    this.#writeManifest(writes);
    const temp = path.join(this.#root, tempName);
    try {
      writes.forEach((write, index) => {
        this.#write(temp, write);
        if (index % 512 === 511) progress(index + 1);
      });
      for (const file of stale) this.#delete(file);
      this.#writeManifest([]);
    } finally {
      fs.rmSync(temp, { force: true });
    }
  }

  #write(temp: string, { path: file, content }: Write): void {
    const full = path.join(this.#root, file);
    try {
      this.#ensureFolder(path.dirname(file));
      const { size, mtimeMs } = writeNew(temp, content);
      fs.renameSync(temp, full);
      this.#rows.set(file, { digest: this.#digestOf(content), size, mtimeMs });
    } catch (error) {
      if (error instanceof NotAFolder) throw error;
      throw new WriteFailed(`dist/${file}`, error);
    }
  }

  #delete(file: string): void {
    this.#rows.delete(file);
    let folder = path.dirname(file);
    if (!this.#isRealFolder(folder)) return;
    fs.rmSync(path.join(this.#root, file), { force: true });
    for (; folder !== "."; folder = path.dirname(folder)) {
      try {
        fs.rmdirSync(path.join(this.#root, folder));
      } catch {
        return; // not empty: something else lives there
      }
    }
  }

  #ensureFolder(folder: string): void {
    if (folder === "." || this.#folders.has(folder)) return;
    this.#ensureFolder(path.dirname(folder));
    const full = path.join(this.#root, folder);
    try {
      fs.mkdirSync(full);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      if (!fs.lstatSync(full).isDirectory()) throw new NotAFolder(`dist/${folder}`);
    }
    this.#folders.add(folder);
  }

  #isRealFolder(folder: string): boolean {
    if (folder === "." || this.#folders.has(folder)) return true;
    if (!this.#isRealFolder(path.dirname(folder))) return false;
    const stat = fs.lstatSync(path.join(this.#root, folder), { throwIfNoEntry: false });
    return stat?.isDirectory() ?? false;
  }

  #digestOf(content: string): string {
    // Policies are few and shared; other texts are hashed once or twice, too many to keep.
    if (content.length > 1024) return sha(content);
    let known = this.#digests.get(content);
    if (known === undefined) {
      known = sha(content);
      if (this.#digests.size < 4096) this.#digests.set(content, known);
    }
    return known;
  }

  #writeManifest(coming: readonly Write[]): void {
    const lines: string[] = [];
    for (const [file, row] of this.#rows) {
      lines.push(`${row.digest} ${String(row.size)} ${String(row.mtimeMs)} ${file}\n`);
    }
    for (const { path: file } of coming) if (!this.#rows.has(file)) lines.push(`- 0 0 ${file}\n`);
    const temp = path.join(this.#root, tempName);
    try {
      fs.writeFileSync(temp, lines.join(""));
      fs.renameSync(temp, this.#manifestPath);
    } catch (error) {
      throw new WriteFailed(`dist/${manifestName}`, error);
    }
  }
}

/** Writes a file and tells how it then lies on the disk. */
function writeNew(file: string, content: string): fs.Stats {
  const handle = fs.openSync(file, "w");
  try {
    fs.writeFileSync(handle, content);
    return fs.fstatSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function sha(content: string): string {
  return crypto.hash("sha1", content, "hex").slice(0, 20);
}

function readManifest(file: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    return rows;
  }
  for (const line of text.split("\n")) {
    const [digest = "", size = "", mtimeMs = "", ...rest] = line.split(" ");
    const name = rest.join(" ");
    if (isInside(name)) rows.set(name, { digest, size: Number(size), mtimeMs: Number(mtimeMs) });
  }
  return rows;
}

/** A manifest is a file like any other: a name in it must not lead out of `dist/`. */
function isInside(name: string): boolean {
  return (
    name !== "" && name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
