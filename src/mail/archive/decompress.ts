/** gzip and zip within bounds: what a few octets become is decided by a stranger. */
import crypto from "node:crypto";
import zlib from "node:zlib";
import { codeOf } from "../../runtime/system-error.ts";

/** Octets that what comes from one source may become, in all. */
const maxUnpacked = 64 * 1024 * 1024;

/** Mails that are parsed of one source: a gzipped mailbox has many. */
const maxMails = 20_000;
/** Sum of their burdens, see `burdenOf`: honest mails have next to none, and 5000 take 50 ms. */
const maxBurden = 100_000;

/** What may still be unpacked and parsed of one source. */
export class Allowance {
  #left: number;
  #mails = maxMails;
  #burden = maxBurden;

  constructor(octets = maxUnpacked) {
    this.#left = octets;
  }

  /** At least one, which zlib asks for. */
  get left(): number {
    return Math.max(1, this.#left);
  }

  spend(octets: number): void {
    this.#left -= octets;
  }

  /** Whether a mail of this burden may be parsed as well. */
  takesMail(burden: number): boolean {
    this.#mails -= 1;
    this.#burden -= burden;
    return this.#mails >= 0 && this.#burden >= 0;
  }
}

export type Unpacked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: "bomb" | "gzip-damaged" | "zip-damaged" };

/** Decompresses gzip; what follows its members is ignored. */
export function gunzip(bytes: Uint8Array, allowance: Allowance): Unpacked<Buffer> {
  try {
    const value = zlib.gunzipSync(bytes, {
      maxOutputLength: allowance.left,
      chunkSize: chunkFor(bytes.length),
    });
    allowance.spend(value.length);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, reason: isTooLarge(error) ? "bomb" : "gzip-damaged" };
  }
}

/** Files that are larger, or become larger, are decompressed one by one. */
const smallPacked = 64 * 1024;
const smallUnpacked = 256 * 1024;

/** What stands between files: nobody who makes one knows it. */
const divider = crypto.randomBytes(16);
const packedDivider = zlib.gzipSync(divider);

/**
 * Decompresses many small gzip files at once, for half the time: gzip may have several members, so the
 * files, with a divider after each, are one. Null for those that have to be decompressed alone: the large
 * ones, and all where one of them is not what its length says, so that none reaches into the next.
 *
 * @see RFC 1952 §2.2
 */
export function gunzipMany(files: readonly Uint8Array[]): readonly (Buffer | null)[] {
  const lengths = files.map(smallLength);
  const small = files.filter((_, index) => lengths[index] !== null);
  const none = files.map(() => null);
  if (small.length < 2) return none;
  const whole = lengths.reduce<number>(
    (sum, length) => sum + (length === null ? 0 : length + divider.length),
    0,
  );
  let unpacked: Buffer;
  try {
    const packed = Buffer.concat(small.flatMap((file) => [file, packedDivider]));
    unpacked = zlib.gunzipSync(packed, {
      maxOutputLength: whole,
      chunkSize: Math.max(64, whole),
    });
  } catch {
    return none;
  }
  let at = 0;
  const parts = lengths.map((length) => {
    if (length === null) return null;
    const part = unpacked.subarray(at, at + length);
    at += length + divider.length;
    return divider.equals(unpacked.subarray(at - divider.length, at)) ? part : undefined;
  });
  return unpacked.length === whole && parts.every((part) => part !== undefined) ? parts : none;
}

/** The length that a small gzip file tells of what is in it; null: it is another, or large. */
function smallLength(file: Uint8Array): number | null {
  if (file.length < 18 || file.length > smallPacked || file[0] !== 0x1f || file[1] !== 0x8b) {
    return null;
  }
  const [a = 0, b = 0, c = 0, d = 0] = file.subarray(-4);
  const length = a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
  return length <= smallUnpacked ? length : null;
}

/** How much zlib asks for at a time: most reports are small, and 16 KB for each keeps the collector busy. */
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
export function unzip(given: Uint8Array, allowance: Allowance): Unpacked<readonly ZipEntry[]> {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  try {
    return { ok: true, value: readEntries(bytes, allowance) };
  } catch (error) {
    // A length that lies leads out of the buffer, which throws.
    return { ok: false, reason: isTooLarge(error) ? "bomb" : "zip-damaged" };
  }
}

function readEntries(bytes: Buffer, allowance: Allowance): readonly ZipEntry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  // Where something stands before the archive, its offsets count from its own beginning.
  const start = end - bytes.readUInt32LE(end + 12) - bytes.readUInt32LE(end + 16);
  if (count > maxEntries || start < 0) throw new Error("not a directory");
  const entries: ZipEntry[] = [];
  const begun = new Set<number>();
  for (let at = end - bytes.readUInt32LE(end + 12), index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== entryMark) throw new Error("not an entry");
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    // Many names for the same octets: nobody's archive, and each is read.
    if (begun.has(local)) throw new RangeError("too large");
    begun.add(local);
    if (!name.endsWith("/")) entries.push({ name, bytes: readEntry(bytes, at, start, allowance) });
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

function readEntry(bytes: Buffer, at: number, start: number, allowance: Allowance): Buffer {
  const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) === 1;
  const method = bytes.readUInt16LE(at + 10);
  const packedLength = bytes.readUInt32LE(at + 20);
  const local = start + bytes.readUInt32LE(at + 42);
  if (isEncrypted || bytes.readUInt32LE(local) !== localMark) throw new Error("not readable");
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(from, from + packedLength);
  if (packed.length !== packedLength || (method !== 0 && method !== 8)) throw new Error("cut off");
  if (method === 0 && packed.length > allowance.left) throw new RangeError("too large");
  const value =
    method === 0 ? packed : zlib.inflateRawSync(packed, { maxOutputLength: allowance.left });
  allowance.spend(value.length);
  // Node 22.0 and 22.1 have none.
  const sum = (zlib as Partial<typeof zlib>).crc32?.(value);
  if (sum !== undefined && sum !== bytes.readUInt32LE(at + 16)) throw new Error("damaged");
  return value;
}

function isTooLarge(error: unknown): boolean {
  return codeOf(error) === "ERR_BUFFER_TOO_LARGE" || (error as Error).message === "too large";
}
