/** Paths → what is below them, read in groups: many small files are unpacked at once. */
import { setImmediate } from "node:timers/promises";
import { gunzipMany } from "../../mail/archive/decompress.ts";
import { readSmall, readSources, standardInput, type Source } from "./sources.ts";
import { walk, type PassedOver } from "./walk.ts";

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
    for (const file of given === standardInput ? [{ path: given }] : walk([given])) {
      const small = "why" in file ? file : readSmall(file.path);
      // Most files are small, and what is asynchronous takes longer than reading them.
      for await (const found of small === null ? readSources(file.path) : []) {
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

class Group {
  readonly #sources: Source[] = [];
  readonly #passedOver: PassedOver[] = [];
  #octets = 0;

  get isFull(): boolean {
    return this.#sources.length >= groupSources || this.#octets >= groupOctets;
  }

  add(found: Source | PassedOver): void {
    if ("why" in found) {
      this.#passedOver.push(found);
      return;
    }
    this.#sources.push(found);
    this.#octets += found.bytes.length;
  }

  finish(): SourceGroup {
    const sources = this.#sources;
    const unpacked = gunzipMany(sources.map(({ bytes, isWhole }) => (isWhole ? bytes : nothing)));
    return { sources, unpacked, passedOver: this.#passedOver };
  }
}

const nothing = new Uint8Array();
