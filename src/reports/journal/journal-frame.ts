/**
 * How a segment of the journal is laid out. A head: the words {@link headWords} and 16 random bytes, the
 * segment's mark. Then records, each: the mark, the lengths of its two parts and the beginning of their
 * SHA-256, then the parts: JSON, and what came, gzipped.
 *
 * The mark is random because a record holds what strangers sent: were it known, a report could carry a
 * forged record in its bytes, to be found when damage makes a reader look for the next one.
 */
import crypto from "node:crypto";

const headWords = "stspress-journal 1\n";
const markLength = 16;
/** Octets before the first record. */
export const headLength = headWords.length + markLength;
const digestLength = 16;
const frameHead = markLength + 8 + digestLength;

/** Octets that the JSON of a record may have. */
const maxMetaLength = 256 * 1024;
/** Octets that the gzipped part of a record may have. */
const maxBodyLength = 64 * 1024 * 1024;

/** Makes the head of a new segment, and its mark. */
export function makeHead(): { head: Buffer; mark: Buffer } {
  const mark = crypto.randomBytes(markLength);
  return { head: Buffer.concat([Buffer.from(headWords, "latin1"), mark]), mark };
}

/** The mark of a segment whose first octets are given; null: it is none. */
export function markOf(head: Buffer): Buffer | null {
  if (head.length < headLength || head.toString("latin1", 0, headWords.length) !== headWords) {
    return null;
  }
  return Buffer.from(head.subarray(headWords.length, headLength));
}

/** Records, laid out one after another; the mark of their segment and the digest are still missing in each. */
export interface Frames {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each begins; one more than there are records. */
  readonly starts: Uint32Array<ArrayBuffer>;
}

/** Lays records out. */
export class FramesBuilder {
  #bytes: Buffer<ArrayBuffer>;
  readonly #starts = [0];

  /** `room` octets are there from the beginning. */
  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafeSlow(room);
  }

  /** Lays out one record. @throws Error where a part is longer than a reader would take */
  add(meta: string, body: Uint8Array): void {
    const metaLength = Buffer.byteLength(meta);
    if (metaLength > maxMetaLength || body.length > maxBodyLength) {
      throw new Error(
        `a record of ${String(metaLength)} + ${String(body.length)} octets is too long`,
      );
    }
    const start = this.#starts.at(-1) ?? 0;
    const parts = start + frameHead;
    const end = parts + metaLength + body.length;
    this.#makeRoom(end);
    const bytes = this.#bytes;
    bytes.writeUInt32LE(metaLength, start + markLength);
    bytes.writeUInt32LE(body.length, start + markLength + 4);
    bytes.write(meta, parts);
    bytes.set(body, parts + metaLength);
    this.#starts.push(end);
  }

  finish(): Frames {
    const end = this.#starts.at(-1) ?? 0;
    return { bytes: this.#bytes.subarray(0, end), starts: Uint32Array.from(this.#starts) };
  }

  #makeRoom(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Those of some records, by their indices. */
export function chosenFrames({ bytes, starts }: Frames, indices: readonly number[]): Frames {
  const chosen = indices.map((index) => bytes.subarray(starts[index], starts[index + 1]));
  const ends: number[] = [0];
  for (const { length } of chosen) ends.push((ends.at(-1) ?? 0) + length);
  const joined = new Uint8Array(ends.at(-1) ?? 0);
  for (const [at, frame] of chosen.entries()) joined.set(frame, ends[at]);
  return { bytes: joined, starts: Uint32Array.from(ends) };
}

/** Makes records those of a segment: whole, and to be written as they are. */
export function sealFrames({ bytes, starts }: Frames, mark: Uint8Array): void {
  for (const [index, end] of starts.subarray(1).entries()) {
    const start = starts[index] ?? 0;
    bytes.set(mark, start);
    bytes.set(digest(bytes.subarray(start + frameHead, end)), start + markLength + 8);
  }
}

/** What stands at an index of a segment's octets. */
export type Framed =
  | {
      readonly kind: "record";
      readonly meta: string;
      readonly body: Buffer;
      readonly length: number;
    }
  /** The octets end before the record does; it has at least `length`. */
  | { readonly kind: "short"; readonly length: number }
  | { readonly kind: "damaged" };

/** Reads the record at an index. */
export function readFrame(mark: Buffer, bytes: Buffer, at: number): Framed {
  const there = bytes.length - at;
  if (!mark.subarray(0, there).equals(bytes.subarray(at, at + markLength))) {
    return { kind: "damaged" };
  }
  if (there < frameHead) return { kind: "short", length: frameHead };
  const metaLength = bytes.readUInt32LE(at + markLength);
  const bodyLength = bytes.readUInt32LE(at + markLength + 4);
  if (metaLength > maxMetaLength || bodyLength > maxBodyLength) return { kind: "damaged" };
  const length = frameHead + metaLength + bodyLength;
  if (there < length) return { kind: "short", length };
  const parts = bytes.subarray(at + frameHead, at + length);
  const told = bytes.subarray(at + markLength + 8, at + frameHead);
  if (!digest(parts).equals(told)) return { kind: "damaged" };
  return {
    kind: "record",
    meta: parts.toString("utf8", 0, metaLength),
    body: parts.subarray(metaLength),
    length,
  };
}

function digest(bytes: Uint8Array): Buffer {
  return crypto.hash("sha256", bytes, "buffer").subarray(0, digestLength);
}
