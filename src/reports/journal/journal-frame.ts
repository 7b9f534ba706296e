/**
 * The layout of a journal segment. It begins with {@link magic} and 16 random bytes, the segment's mark.
 * Then come records: the mark, the lengths of two parts, the beginning of the parts' SHA-256, and the parts:
 * JSON, and the gzipped report.
 *
 * The mark is random because anybody can send a report: with a known mark, a report could contain a forged
 * record, which a reader would find when it looks for the next record after damage.
 */
import crypto from "node:crypto";

const magic = "stspress-journal 1\n";
const markLength = 16;
/** Bytes before the first record. */
export const headLength = magic.length + markLength;
const digestLength = 16;
const frameHead = markLength + 8 + digestLength;

/** Bytes of a record's JSON. */
const maxMetaLength = 256 * 1024;
/** Bytes of a record's gzip. */
const maxBodyLength = 64 * 1024 * 1024;

/** Makes the head of a new segment, and its mark. */
export function makeHead(): { head: Buffer; mark: Buffer } {
  const mark = crypto.randomBytes(markLength);
  return { head: Buffer.concat([Buffer.from(magic, "latin1"), mark]), mark };
}

/** The mark of a segment, from its first bytes; null: it is not a segment. */
export function markOf(head: Buffer): Buffer | null {
  if (head.length < headLength || head.toString("latin1", 0, magic.length) !== magic) {
    return null;
  }
  return Buffer.from(head.subarray(magic.length, headLength));
}

/** Records one after another, without the segment's mark and their digests; {@link sealFrames} adds them. */
export interface Frames {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The start of each record, and the end of the last. */
  readonly starts: Uint32Array<ArrayBuffer>;
}

/** Builds frames. */
export class FramesBuilder {
  #bytes: Buffer<ArrayBuffer>;
  readonly #starts = [0];

  /** `room`: the bytes to allocate at first. */
  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafeSlow(room);
  }

  /** Adds a record. @throws Error where a part is longer than a reader accepts */
  add(meta: string, body: Uint8Array): void {
    const metaLength = Buffer.byteLength(meta);
    if (metaLength > maxMetaLength || body.length > maxBodyLength) {
      throw new Error(
        `a record of ${String(metaLength)} + ${String(body.length)} bytes is too long`,
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

/** Selects frames by their indices. */
export function chosenFrames({ bytes, starts }: Frames, indices: readonly number[]): Frames {
  const chosen = indices.map((index) => bytes.subarray(starts[index], starts[index + 1]));
  const ends: number[] = [0];
  for (const { length } of chosen) ends.push((ends.at(-1) ?? 0) + length);
  const joined = new Uint8Array(ends.at(-1) ?? 0);
  for (const [at, frame] of chosen.entries()) joined.set(frame, ends[at]);
  return { bytes: joined, starts: Uint32Array.from(ends) };
}

/** Adds the segment's mark and the digests, so that the frames can be written. */
export function sealFrames({ bytes, starts }: Frames, mark: Uint8Array): void {
  for (const [index, end] of starts.subarray(1).entries()) {
    const start = starts[index] ?? 0;
    bytes.set(mark, start);
    bytes.set(digest(bytes.subarray(start + frameHead, end)), start + markLength + 8);
  }
}

/** What is at an offset of a segment. */
export type FrameResult =
  | {
      readonly kind: "record";
      readonly meta: string;
      readonly body: Buffer;
      readonly length: number;
    }
  /** The bytes end before the record, which has at least `length`. */
  | { readonly kind: "short"; readonly length: number }
  | { readonly kind: "damaged" };

/** Reads the record at an offset. */
export function readFrame(mark: Buffer, bytes: Buffer, at: number): FrameResult {
  const available = bytes.length - at;
  if (!mark.subarray(0, available).equals(bytes.subarray(at, at + markLength))) {
    return { kind: "damaged" };
  }
  if (available < frameHead) return { kind: "short", length: frameHead };
  const metaLength = bytes.readUInt32LE(at + markLength);
  const bodyLength = bytes.readUInt32LE(at + markLength + 4);
  if (metaLength > maxMetaLength || bodyLength > maxBodyLength) return { kind: "damaged" };
  const length = frameHead + metaLength + bodyLength;
  if (available < length) return { kind: "short", length };
  const parts = bytes.subarray(at + frameHead, at + length);
  const expected = bytes.subarray(at + markLength + 8, at + frameHead);
  if (!digest(parts).equals(expected)) return { kind: "damaged" };
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
