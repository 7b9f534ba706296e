/** Paths → what is below them, read in groups: many small files are unpacked at once. */
import { setImmediate } from "node:timers/promises";
import { success, type Result } from "../../diagnostics/result.ts";
import { gunzipMany } from "../../mail/archive/decompress.ts";
import { readSmall, readSources, standardInput, type Source } from "./sources.ts";
import { walk, type FoundSource, type PassedOver } from "./walk.ts";

export interface SourceGroup {
  readonly sources: readonly Source[];
  /** Of each source what it is gzipped of; null: it is no small gzip file. */
  readonly unpacked: readonly (Buffer | null)[];
  readonly passedOver: readonly PassedOver[];
}

/** A group ends at either of these. */
const groupSources = 64;
const groupOctets = 16 * 1024 * 1024;

/** Reads everything. */
export async function* sourceGroups(paths: readonly string[]): AsyncGenerator<SourceGroup> {
  let group = new Group();
  for (const given of paths) {
    for (const file of given === standardInput ? [success({ path: given })] : walk([given])) {
      // Most files are small, and what is asynchronous takes longer than reading them.
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
      // What waits for its turn, such as the store, gets it here.
      await setImmediate();
    }
  }
  yield group.finish();
}

/** Null: {@link readSources} has to. */
function readAtOnce(file: Result<FoundSource, PassedOver>): Result<Source, PassedOver> | null {
  if (!file.ok) return file;
  const small = readSmall(file.value.path);
  return small === null ? null : success(small);
}

class Group {
  readonly #sources: Source[] = [];
  readonly #passedOver: PassedOver[] = [];
  #octets = 0;

  get isFull(): boolean {
    return this.#sources.length >= groupSources || this.#octets >= groupOctets;
  }

  add(found: Result<Source, PassedOver>): void {
    if (!found.ok) {
      this.#passedOver.push(...found.problems);
      return;
    }
    this.#sources.push(found.value);
    this.#octets += found.value.bytes.length;
  }

  finish(): SourceGroup {
    const sources = this.#sources;
    const unpacked = gunzipMany(sources.map(({ bytes, isWhole }) => (isWhole ? bytes : nothing)));
    return { sources, unpacked, passedOver: this.#passedOver };
  }
}

const nothing = new Uint8Array();
