/** Files → the octets of one mail or file at a time: mailboxes are taken apart while they are read. */
import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { success, type Result, type Success } from "../../diagnostics/result.ts";
import { splitMbox } from "../../mail/mbox.ts";
import { sniff, sniffLength } from "../../mail/sniff.ts";
import { unreadable, type PassedOver } from "./walk.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** One file, or one mail of a mailbox. */
export interface Source {
  /** The path; for a mail of a mailbox with its number: `inbox#12`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whether the octets are all; else it is too large to be read into memory, and this is its beginning. */
  readonly isWhole: boolean;
  /** Octets that were read for it. */
  readonly read: number;
}

/** What is named by this is standard input. */
export const standardInput = "-";

/** A file that has fewer octets is read at once, without asking how many. */
const smallBytes = 32 * 1024;
const room = Buffer.allocUnsafeSlow(smallBytes);

/** Reads a small file that is no mailbox: most are. Null: {@link readSources} has to. */
export function readSmall(file: string): Source | null {
  if (file === standardInput) return null;
  let size: number;
  try {
    const handle = fs.openSync(file, "r");
    try {
      size = fs.readSync(handle, room, 0, smallBytes, 0);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return null;
  }
  // A short read is the file's end, or what only looks like a file; then it is read again.
  if (size === smallBytes || size === 0) return null;
  const bytes = Buffer.from(room.subarray(0, size));
  return sniff(bytes) === "mbox" ? null : { name: file, bytes, isWhole: true, read: size };
}

/** Octets of a file that is read as a whole. */
const maxFileBytes = 64 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

const read = promisify(fs.read);

/** Reads a file, or standard input for `-`. What cannot be read is told. */
export async function* readSources(file: string): AsyncGenerator<Result<Source, PassedOver>> {
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
  // A pipe may give its first octets one by one.
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
    // Of what is too large the rest need not be read.
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
    // A new one each time: mails are views of it.
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
      // Whoever shares the pipe may have made it one that does not wait.
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
