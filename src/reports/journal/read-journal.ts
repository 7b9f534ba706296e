/** Reads the journal from given positions on. */
import fs from "node:fs";
import path from "node:path";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import type { Arrival } from "../arrival.ts";
import type { SegmentPosition } from "../store/port.ts";
import type { JournalRecord } from "./journal.ts";
import { headLength, markOf, readFrame } from "./journal-frame.ts";
import { codeOf } from "../../runtime/system-error.ts";

/** A stretch of one segment. */
export interface JournalBatch {
  readonly records: readonly JournalRecord[];
  /** Where the stretch ends, and the next reader begins. */
  readonly position: SegmentPosition;
  /** Damaged stretches with whole records after them: the disk's fault. */
  readonly damaged: number;
}

/** A batch ends at either of these. */
const maxBatchRecords = 500;
const maxBatchBytes = 16 * 1024 * 1024;
const readBytes = 1024 * 1024;

/**
 * Yields the records after the given positions, oldest segment first. An incomplete record at the end of a
 * segment is still being written, or its writer died before it confirmed it: reading stops before it.
 * @throws the system's errors
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
  // The head is written before the first record: without a head there are no records.
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
    if (records.length >= maxBatchRecords || size >= maxBatchBytes) yield batch();
  }
  if (at > reported) yield batch();
}

interface Found {
  readonly meta: string;
  readonly body: Buffer;
  readonly length: number;
}

/** The record at an offset of the file; null: there is no complete one. */
function frameAt(window: FileWindow, mark: Buffer, at: number): Found | null {
  window.fill(at, headLength);
  let frame = readFrame(mark, window.bytes, at - window.start);
  while (frame.kind === "short") {
    if (!window.fill(at, frame.length)) return null;
    frame = readFrame(mark, window.bytes, at - window.start);
  }
  return frame.kind === "record" ? frame : null;
}

/** The offset of the next complete record; null: there is none. */
function nextRecord(window: FileWindow, mark: Buffer, from: number): number | null {
  for (let at = from; window.fill(at, mark.length); at += 1) {
    const found = window.bytes.indexOf(mark, at - window.start);
    if (found === -1) {
      // The mark may begin in the last bytes of the window.
      at = window.start + window.bytes.length - mark.length;
      continue;
    }
    at = window.start + found;
    if (frameAt(window, mark, at) !== null) return at;
  }
  return null;
}

interface RecordMeta {
  readonly arrival: Arrival;
  readonly hints: Omit<Hints, "containerDeviations"> & {
    readonly wrapping: Hints["containerDeviations"];
  };
}

function parseRecord(meta: string, body: Buffer): JournalRecord | null {
  try {
    const { arrival, hints } = JSON.parse(meta) as RecordMeta;
    const { wrapping, ...rest } = hints;
    const record = { arrival, hints: { ...rest, containerDeviations: wrapping } };
    return { ...record, gzip: Buffer.from(body) };
  } catch {
    return null;
  }
}

/** A part of a file, in memory. */
class FileWindow {
  /** Offset of `bytes` in the file. */
  start = 0;
  bytes: Buffer = Buffer.alloc(0);
  readonly #handle: number;

  constructor(handle: number) {
    this.#handle = handle;
  }

  /** Loads at least `length` bytes from an offset on; false: the file ends before. */
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
