/** Paths → their files, read in groups, so that many small files are decompressed at once. */
import { setImmediate } from "node:timers/promises";
import { success, type Result } from "../../diagnostics/result.ts";
import { gunzipMany } from "../../mail/archive/decompress.ts";
import { readSmall, readSources, standardInput, type Source } from "./sources.ts";
import { walk, type FoundSource, type SkippedPath } from "./walk.ts";

export interface SourceGroup {
  readonly sources: readonly Source[];
  /** The decompressed content of each source; null: it is not a small gzip file. */
  readonly unpacked: readonly (Buffer | null)[];
  readonly skipped: readonly SkippedPath[];
}

/** A group ends at either of these. */
const maxGroupSources = 64;
const maxGroupBytes = 16 * 1024 * 1024;

/** Reads everything. */
export async function* sourceGroups(paths: readonly string[]): AsyncGenerator<SourceGroup> {
  let group = new Group();
  for (const given of paths) {
    for (const file of given === standardInput ? [success({ path: given })] : walk([given])) {
      // Most files are small, and reading them synchronously is faster.
      const small = readAtOnce(file);
      for await (const found of small === null && file.ok ? readSources(file.value.path) : []) {
        group.add(found);
        if (!group.isFull) continue;
        yield group.finish();
        group = new Group();
      }
      if (small === null) continue;
      group.add(small);
      if (!group.isFull) continue;
      yield group.finish();
      group = new Group();
      // Lets others run, such as the store.
      await setImmediate();
    }
  }
  yield group.finish();
}

/** Null: it has to be read with {@link readSources}. */
function readAtOnce(file: Result<FoundSource, SkippedPath>): Result<Source, SkippedPath> | null {
  if (!file.ok) return file;
  const small = readSmall(file.value.path);
  return small === null ? null : success(small);
}

class Group {
  readonly #sources: Source[] = [];
  readonly #skipped: SkippedPath[] = [];
  #bytes = 0;

  get isFull(): boolean {
    return this.#sources.length >= maxGroupSources || this.#bytes >= maxGroupBytes;
  }

  add(found: Result<Source, SkippedPath>): void {
    if (!found.ok) {
      this.#skipped.push(...found.problems);
      return;
    }
    this.#sources.push(found.value);
    this.#bytes += found.value.bytes.length;
  }

  finish(): SourceGroup {
    const sources = this.#sources;
    const unpacked = gunzipMany(sources.map(({ bytes, isWhole }) => (isWhole ? bytes : nothing)));
    return { sources, unpacked, skipped: this.#skipped };
  }
}

const nothing = new Uint8Array();
