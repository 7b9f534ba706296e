/**
 * `dist/` on disk. Files are replaced one by one, by rename, so that a build killed at any moment
 * leaves every file whole; a manifest of what was written tells the next build what is unchanged and
 * what it may delete. Nothing is written or deleted through a link. Where there is no `dist/` yet it
 * is made beside and appears whole: see new-dist.ts.
 */
import fs from "node:fs";
import path from "node:path";
import { FileWriter, NotAFolder, type Write } from "./file-writer.ts";
import { formatManifest, manifestName, readManifest, type ManifestRow } from "./manifest.ts";

/** How a file of the plan stands to the one on disk. */
export type Comparison = "same" | "added" | "changed";

/** A file to be written, and a name for what it was made from, or "-". */
export interface KeyedWrite extends Write {
  readonly key: string;
}

/** The output folder of one site. Not for two processes at once: see site-mutex.ts. */
export class Dist {
  readonly #root: string;
  readonly #writer: FileWriter;
  readonly #rows: Map<string, ManifestRow>;
  readonly #seen = new Set<string>();
  /** There was no `dist/`: nothing in it needs to be looked at. */
  readonly isNew: boolean;

  /** Errors: {@link NotAFolder}. */
  constructor(siteRoot: string) {
    this.#root = path.join(siteRoot, "dist");
    this.#writer = new FileWriter(this.#root, "dist", "served");
    const stat = fs.lstatSync(this.#root, { throwIfNoEntry: false });
    if (stat !== undefined && !stat.isDirectory()) throw new NotAFolder("dist");
    this.isNew = stat === undefined;
    this.#rows = this.isNew
      ? new Map<string, ManifestRow>()
      : readManifest(path.join(this.#root, manifestName));
  }

  /**
   * Whether a planned file lies there as an earlier build made it from the same things; then it need
   * not be made to be compared. Remembers that it is planned.
   */
  keeps(file: string, key: string): boolean {
    if (this.isNew) return false;
    this.#seen.add(file);
    const row = this.#rows.get(file);
    return row !== undefined && row.key === key && isAsWritten(this.#statOf(file), row);
  }

  /** Compares one planned file with the disk, and remembers that it is planned. */
  compare(file: string, content: string, key: string): Comparison {
    if (this.isNew) return "added";
    this.#seen.add(file);
    const stat = this.#statOf(file);
    if (stat === undefined) return "added";
    if (!stat.isFile()) return "changed";
    const row = this.#rows.get(file);
    const digest = this.#writer.digestOf(content);
    if (isAsWritten(stat, row)) {
      if (row.digest !== digest) return "changed";
      if (row.key !== key) this.#rows.set(file, { ...row, key });
      return "same";
    }
    // Not as the last build left it: restored from elsewhere, edited, or written by a build that was killed.
    if (fs.readFileSync(path.join(this.#root, file), "utf8") !== content) return "changed";
    this.#rows.set(file, { digest, size: stat.size, mtimeMs: stat.mtimeMs, key });
    return "same";
  }

  /** What the last build wrote and this one, whose files were all looked at, does not. */
  stale(): string[] {
    return [...this.#rows.keys()].filter((file) => !this.#seen.has(file)).sort();
  }

  /**
   * Writes and deletes, in the order given, deletions last. Errors: WriteFailed,
   * {@link NotAFolder}; what was written until then is whole and the next build goes on from it.
   */
  commit(
    writes: readonly KeyedWrite[],
    stale: readonly string[],
    progress: (done: number) => void,
  ): void {
    this.#writer.begin();
    this.#writeManifest(writes.map((one) => one.path));
    try {
      writes.forEach((write, index) => {
        this.#rows.set(write.path, { ...this.#writer.write(write), key: write.key });
        if (index % 512 === 511) progress(index + 1);
      });
      for (const file of stale) this.#delete(file);
      this.#writeManifest([]);
    } finally {
      this.#writer.end();
    }
  }

  #statOf(file: string): fs.Stats | undefined {
    return fs.lstatSync(path.join(this.#root, file), { throwIfNoEntry: false });
  }

  #delete(file: string): void {
    this.#rows.delete(file);
    let folder = path.dirname(file);
    if (!this.#writer.isRealFolder(folder)) return;
    fs.rmSync(path.join(this.#root, file), { force: true });
    for (; folder !== "."; folder = path.dirname(folder)) {
      try {
        fs.rmdirSync(path.join(this.#root, folder));
      } catch {
        return; // not empty: something else lives there
      }
    }
  }

  /** `announced` are the files to come, so that a build killed meanwhile leaves none that is nobody's. */
  #writeManifest(announced: readonly string[]): void {
    const content = formatManifest(this.#rows, announced);
    this.#writer.write({ path: manifestName, content });
  }
}

function isAsWritten(stat: fs.Stats | undefined, row: ManifestRow | undefined): row is ManifestRow {
  return (
    row !== undefined &&
    stat !== undefined &&
    stat.isFile() &&
    row.size === stat.size &&
    row.mtimeMs === stat.mtimeMs
  );
}
