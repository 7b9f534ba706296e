/** Reads the journal on from where a reader was. */
import fs from "node:fs";
import path from "node:path";
import type { SegmentPosition } from "../store/port.ts";
import type { JournalRecord } from "./journal.ts";
import { headLength, markOf, readFrame } from "./journal-frame.ts";
import { codeOf } from "../../runtime/system-error.ts";

/** A stretch of one segment. */
export interface JournalBatch {
  readonly records: readonly JournalRecord[];
  /** Where the stretch ends: from here a reader goes on. */
  readonly position: SegmentPosition;
  /** Stretches within it that are no records, though whole ones follow: the disk's fault. */
  readonly damaged: number;
}

/** A batch ends at either of these. */
const batchRecords = 500;
const batchBytes = 16 * 1024 * 1024;
const readBytes = 1024 * 1024;

/**
 * Yields what stands in the journal after the given positions, segment by segment in the order of their
 * making. A record that is not whole at the end of a segment is being written, or its writer died
 * before it promised anything: the segment is read up to it. @throws the system's errors
 */
export async function* readJournal(
  folder: string,
  positions: readonly SegmentPosition[],
): AsyncGenerator<JournalBatch> {
  const from = new Map(positions.map(({ segment, offset }) => [segment, offset]));
  for (const segment of await segmentsOf(folder)) {
    const handle = fs.openSync(path.join(folder, segment), "r");
    try {
      yield* readSegment(segment, handle, from.get(segment) ?? 0);
    } finally {
      fs.closeSync(handle);
    }
  }
}

async function segmentsOf(folder: string): Promise<string[]> {
  try {
    const entries = await fs.promises.readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".seg"))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

function* readSegment(segment: string, handle: number, from: number): Generator<JournalBatch> {
  const window = new FileWindow(handle);
  window.fill(0, headLength);
  const mark = markOf(window.bytes);
  // The head is on the disk before the first record is: without it there is none.
  if (mark === null) return;
  let records: JournalRecord[] = [];
  let size = 0;
  let damaged = 0;
  let at = Math.max(from, headLength);
  let reported = at;
  const batch = (): JournalBatch => {
    const done = { records, position: { segment, offset: at }, damaged };
    records = [];
    size = 0;
    damaged = 0;
    reported = at;
    return done;
  };
  while (true) {
    const found = frameAt(window, mark, at);
    if (found === null) {
      const next = nextRecord(window, mark, at + 1);
      if (next === null) break;
      damaged += 1;
      at = next;
      continue;
    }
    at += found.length;
    const record = parseRecord(found.meta, found.body);
    if (record === null) damaged += 1;
    else {
      records.push(record);
      size += found.length;
    }
    if (records.length >= batchRecords || size >= batchBytes) yield batch();
  }
  if (at > reported) yield batch();
}

interface Found {
  readonly meta: string;
  readonly body: Buffer;
  readonly length: number;
}

/** The record at an offset of the file; null: there is no whole one. */
function frameAt(window: FileWindow, mark: Buffer, at: number): Found | null {
  window.fill(at, headLength);
  let frame = readFrame(mark, window.bytes, at - window.start);
  while (frame.kind === "short") {
    if (!window.fill(at, frame.length)) return null;
    frame = readFrame(mark, window.bytes, at - window.start);
  }
  return frame.kind === "record" ? frame : null;
}

/** The offset of the next whole record; null: there is none. */
function nextRecord(window: FileWindow, mark: Buffer, from: number): number | null {
  for (let at = from; window.fill(at, mark.length); at += 1) {
    const found = window.bytes.indexOf(mark, at - window.start);
    if (found === -1) {
      // The mark may begin in the last octets of the window.
      at = window.start + window.bytes.length - mark.length;
      continue;
    }
    at = window.start + found;
    if (frameAt(window, mark, at) !== null) return at;
  }
  return null;
}

function parseRecord(meta: string, body: Buffer): JournalRecord | null {
  try {
    const { arrival, hints } = JSON.parse(meta) as Omit<JournalRecord, "gzip">;
    return { arrival, hints, gzip: Buffer.from(body) };
  } catch {
    return null;
  }
}

/** A part of a file in memory. */
class FileWindow {
  /** Offset in the file of the first octet of `bytes`. */
  start = 0;
  bytes: Buffer = Buffer.alloc(0);
  readonly #handle: number;

  constructor(handle: number) {
    this.#handle = handle;
  }

  /** Has at least `length` octets from an offset on; false where the file ends before. */
  fill(at: number, length: number): boolean {
    const there = this.start + this.bytes.length - at;
    if (at >= this.start && there >= length) return true;
    const kept =
      at >= this.start && there > 0 ? this.bytes.subarray(at - this.start) : Buffer.alloc(0);
    const left = fs.fstatSync(this.#handle).size - at;
    const room = Buffer.allocUnsafe(Math.max(length, Math.min(readBytes, left)));
    kept.copy(room);
    let filled = kept.length;
    while (filled < room.length) {
      const read = fs.readSync(this.#handle, room, filled, room.length - filled, at + filled);
      if (read === 0) break;
      filled += read;
    }
    this.start = at;
    this.bytes = room.subarray(0, filled);
    return filled >= length;
  }
}
