/** gzip and zip within bounds: whoever made the bytes decides how large they become. */
import crypto from "node:crypto";
import zlib from "node:zlib";
import { codeOf } from "../../runtime/system-error.ts";

/** Bytes that may be unpacked from one source, in all. */
const maxUnpacked = 64 * 1024 * 1024;

/** Mails that are parsed from one source: a gzipped mailbox has many. */
const maxMails = 20_000;
/** Sum of what `parseCost` says of each: honest mails have next to none, and 5000 take 50 ms. */
const maxParseCost = 100_000;

/** What may still be unpacked and parsed from one source. */
export class UnpackBudget {
  #left: number;
  #mails = maxMails;
  #parseCost = maxParseCost;

  constructor(bytes = maxUnpacked) {
    this.#left = bytes;
  }

  /** At least one, because zlib takes no smaller limit. */
  get left(): number {
    return Math.max(1, this.#left);
  }

  spend(bytes: number): void {
    this.#left -= bytes;
  }

  /** Counts a mail; false where it must not be parsed any more. */
  takesMail(cost: number): boolean {
    this.#mails -= 1;
    this.#parseCost -= cost;
    return this.#mails >= 0 && this.#parseCost >= 0;
  }
}

export type Unpacked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: "bomb" | "gzip-damaged" | "zip-damaged" };

/** Decompresses gzip; what follows its members is ignored. */
export function gunzip(bytes: Uint8Array, budget: UnpackBudget): Unpacked<Buffer> {
  try {
    const value = zlib.gunzipSync(bytes, {
      maxOutputLength: budget.left,
      chunkSize: chunkFor(bytes.length),
    });
    budget.spend(value.length);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, reason: isTooLarge(error) ? "bomb" : "gzip-damaged" };
  }
}

/** Larger files are decompressed one by one. */
const maxSmallPacked = 64 * 1024;
const maxSmallUnpacked = 256 * 1024;

/** A gzip file with the length that its last four bytes claim. */
interface SmallFile {
  readonly index: number;
  readonly packed: Uint8Array;
  readonly length: number;
}

/** Stands behind each file that is decompressed with others. Random, so that nobody can put it into a file. */
const divider = crypto.randomBytes(16);
const packedDivider = zlib.gzipSync(divider);

/**
 * Decompresses many small gzip files with one call of zlib, which takes half the time: a gzip file may have
 * several members, so the files are joined, with a divider after each. Where a divider is not exactly where
 * the claimed lengths put it, some file is not what it claims, and the result is given up, so that no file can
 * reach into the next. Null for each file that has to be decompressed alone.
 *
 * @see RFC 1952 §2.2
 */
export function gunzipMany(files: readonly Uint8Array[]): readonly (Buffer | null)[] {
  const found: (Buffer | null)[] = files.map(() => null);
  const small = files.flatMap((packed, index): readonly SmallFile[] => {
    const length = claimedLength(packed);
    return length === null ? [] : [{ index, packed, length }];
  });
  if (small.length < 2) return found;
  const parts = splitAtDividers(gunzipJoined(small), small);
  for (const [at, part] of parts.entries()) found[small[at]?.index ?? 0] = part;
  return found;
}

/** The length that a small gzip file claims to unpack to; null: it is large, or no gzip. */
function claimedLength(file: Uint8Array): number | null {
  if (file.length < 18 || file.length > maxSmallPacked || file[0] !== 0x1f || file[1] !== 0x8b) {
    return null;
  }
  const [a = 0, b = 0, c = 0, d = 0] = file.subarray(-4);
  const length = a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
  return length <= maxSmallUnpacked ? length : null;
}

/** The files' contents, a divider behind each; nothing where they do not have the lengths that they claim. */
function gunzipJoined(files: readonly SmallFile[]): Buffer {
  const length = files.reduce((sum, file) => sum + file.length + divider.length, 0);
  try {
    const unpacked = zlib.gunzipSync(
      Buffer.concat(files.flatMap(({ packed }) => [packed, packedDivider])),
      { maxOutputLength: length, chunkSize: Math.max(64, length) },
    );
    return unpacked.length === length ? unpacked : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Each file's content; none at all where one of the dividers is missing. */
function splitAtDividers(joined: Buffer, files: readonly SmallFile[]): readonly Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (const { length } of files) {
    const end = start + length;
    if (!divider.equals(joined.subarray(end, end + divider.length))) return [];
    parts.push(joined.subarray(start, end));
    start = end + divider.length;
  }
  return parts;
}

/** How much zlib allocates at a time: most reports are small, and its 16 KB for each cost more than decompressing. */
function chunkFor(packed: number): number {
  return Math.min(64 * 1024, Math.max(2 * 1024, packed * 4));
}

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

const maxEntries = 1000;
const endLength = 22;
const maxComment = 0xffff;
const [endMark, entryMark, localMark] = [0x06054b50, 0x02014b50, 0x04034b50];

/**
 * Decompresses a zip archive by its directory. Entries that are encrypted, or compressed in another way
 * than by deflate, count as damage; so does ZIP64, which nothing that fits the bound needs.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function unzip(given: Uint8Array, budget: UnpackBudget): Unpacked<readonly ZipEntry[]> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  try {
    return { ok: true, value: readEntries(bytes, budget) };
  } catch (error) {
    // A wrong length points outside the buffer, and reading there throws.
    return { ok: false, reason: isTooLarge(error) ? "bomb" : "zip-damaged" };
  }
}

function readEntries(bytes: Buffer, budget: UnpackBudget): readonly ZipEntry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  // Offsets count from where the archive begins, even if something precedes it in the file.
  const start = end - bytes.readUInt32LE(end + 12) - bytes.readUInt32LE(end + 16);
  if (count > maxEntries || start < 0) throw new Error("not a directory");
  const entries: ZipEntry[] = [];
  const begun = new Set<number>();
  let at = end - bytes.readUInt32LE(end + 12);
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== entryMark) throw new Error("not an entry");
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    // Several names for the same bytes: only a zip bomb does that.
    if (begun.has(local)) throw new TooLarge();
    begun.add(local);
    if (!name.endsWith("/")) entries.push({ name, bytes: readEntry(bytes, at, start, budget) });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(bytes: Buffer): number {
  const earliest = Math.max(0, bytes.length - endLength - maxComment);
  for (let at = bytes.length - endLength; at >= earliest; at -= 1) {
    if (bytes.readUInt32LE(at) === endMark) return at;
  }
  throw new Error("no directory");
}

function readEntry(bytes: Buffer, at: number, start: number, budget: UnpackBudget): Buffer {
  const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) === 1;
  const method = bytes.readUInt16LE(at + 10);
  const packedLength = bytes.readUInt32LE(at + 20);
  const local = start + bytes.readUInt32LE(at + 42);
  if (isEncrypted || bytes.readUInt32LE(local) !== localMark) throw new Error("not readable");
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(from, from + packedLength);
  if (packed.length !== packedLength || (method !== 0 && method !== 8)) throw new Error("cut off");
  if (method === 0 && packed.length > budget.left) throw new TooLarge();
  const value =
    method === 0 ? packed : zlib.inflateRawSync(packed, { maxOutputLength: budget.left });
  budget.spend(value.length);
  // Node 22.0 and 22.1 have none.
  const sum = (zlib as Partial<typeof zlib>).crc32?.(value);
  if (sum !== undefined && sum !== bytes.readUInt32LE(at + 16)) throw new Error("damaged");
  return value;
}

/** An archive that unpacks to more than the budget has. */
class TooLarge extends Error {}

function isTooLarge(error: unknown): boolean {
  return error instanceof TooLarge || codeOf(error) === "ERR_BUFFER_TOO_LARGE";
}
