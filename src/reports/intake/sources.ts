/** Files → the bytes of one mail or file at a time. Mailboxes are split while they are read. */
import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { success, type Result, type Success } from "../../diagnostics/result.ts";
import { splitMbox } from "../../mail/mbox.ts";
import { sniff, sniffLength } from "../../mail/sniff.ts";
import { unreadable, type SkippedPath } from "./walk.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** One file, or one mail of a mailbox. */
export interface Source {
  /** The path; for a mail of a mailbox also its number: `inbox#12`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** False: it is too large for memory, and `bytes` is only its beginning. */
  readonly isWhole: boolean;
  /** Bytes that were read for it. */
  readonly read: number;
}

/** This path means standard input. */
export const standardInput = "-";

/** Smaller files are read with a single call. */
const maxSmallBytes = 32 * 1024;
const buffer = Buffer.allocUnsafeSlow(maxSmallBytes);

/** Reads a small file that is not a mailbox, as most are. Null: use {@link readSources}. */
export function readSmall(file: string): Source | null {
  if (file === standardInput) return null;
  let size: number;
  try {
    const handle = fs.openSync(file, "r");
    try {
      size = fs.readSync(handle, buffer, 0, maxSmallBytes, 0);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return null;
  }
  // Larger, or empty as special files seem to be: read it properly.
  if (size === maxSmallBytes || size === 0) return null;
  const bytes = Buffer.from(buffer.subarray(0, size));
  return sniff(bytes) === "mbox" ? null : { name: file, bytes, isWhole: true, read: size };
}

/** Larger files are not read into memory. */
const maxFileBytes = 64 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

const read = promisify(fs.read);

/** Reads a file, or standard input for `-`. Yields a failure if it cannot be read. */
export async function* readSources(file: string): AsyncGenerator<Result<Source, SkippedPath>> {
  try {
    if (file === standardInput) yield* readStream(file, 0);
    else {
      const handle = fs.openSync(file, "r");
      try {
        const { size } = fs.fstatSync(handle);
        if (size <= chunkBytes) yield* readWhole(file, handle, size);
        else yield* readStream(file, handle);
      } finally {
        fs.closeSync(handle);
      }
    }
  } catch (error) {
    yield unreadable(file, describe(error));
  }
}

async function* readWhole(
  file: string,
  handle: number,
  size: number,
): AsyncGenerator<Success<Source>> {
  const whole = Buffer.allocUnsafe(size);
  const bytes = whole.subarray(0, fs.readSync(handle, whole, 0, size, 0));
  if (sniff(bytes) === "mbox") yield* readMbox(file, [bytes]);
  else yield success({ name: file, bytes, isWhole: true, read: bytes.length });
}

async function* readStream(file: string, handle: number): AsyncGenerator<Success<Source>> {
  const chunks = chunksOf(handle);
  let head = Buffer.alloc(0);
  // A pipe may deliver its first bytes one by one.
  while (head.length < sniffLength) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  if (sniff(head) === "mbox") {
    yield* readMbox(file, continued(head, chunks));
    return;
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of continued(head, chunks)) {
    size += chunk.length;
    if (size <= maxFileBytes) parts.push(chunk);
    // The rest of a file that is too large is not needed.
    else break;
  }
  const isWhole = size <= maxFileBytes;
  const bytes = isWhole ? Buffer.concat(parts) : Buffer.from(head);
  yield success({ name: file, bytes, isWhole, read: size });
}

async function* continued(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

async function* chunksOf(handle: number): AsyncGenerator<Buffer> {
  while (true) {
    // A new buffer each time, because mails are views of it.
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const length = await readSome(handle, chunk);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

async function readSome(handle: number, chunk: Buffer): Promise<number> {
  while (true) {
    try {
      return (await read(handle, chunk, 0, chunk.length, null)).bytesRead;
    } catch (error) {
      // Another process may have made the shared pipe non-blocking.
      if (codeOf(error) !== "EAGAIN") throw error;
      await setTimeout(20);
    }
  }
}

async function* readMbox(
  file: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Success<Source>> {
  let before = 0;
  for await (const { number, bytes, isWhole, end } of splitMbox(chunks)) {
    yield success({ name: `${file}#${String(number)}`, bytes, isWhole, read: end - before });
    before = end;
  }
}
