/**
 * The journal: every report as it arrived, in segments that are only ever appended to;
 * one per run of a program. It is the truth that the store is an index of.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import type { SegmentPosition } from "../store/port.ts";
import { FramesBuilder, makeHead, sealFrames, type Frames } from "./journal-frame.ts";
import type { Arrival } from "../arrival.ts";
import { ownPid } from "../../runtime/this-process.ts";

/** One report as it arrived. */
export interface JournalRecord {
  readonly arrival: Arrival;
  readonly hints: Hints;
  /** The JSON text of the report, gzipped. */
  readonly gzip: Uint8Array;
}

/** UTF-16 code units of what is written as it is, and of each text of what is longer. */
const longMeta = 16 * 1024;
const longText = 1000;

/** Bytes that a record usually has beside the report. */
const usualMeta = 512;

/** Appends a record to others. */
export function addRecord(frames: FramesBuilder, record: JournalRecord): void {
  frames.add(metaOf(record), record.gzip);
}

/**
 * The JSON that is written beside the report. Texts that make it long are cut, because one record that does
 * not fit would keep its whole batch out of the journal.
 */
function metaOf({ arrival, hints: { containerDeviations, ...hints } }: JournalRecord): string {
  // The key `wrapping` is in journals that exist: it keeps its name.
  const whole = { arrival, hints: { ...hints, wrapping: containerDeviations } };
  const meta = JSON.stringify(whole);
  if (meta.length <= longMeta) return meta;
  return JSON.stringify(whole, (_, value: unknown) =>
    typeof value === "string" ? value.slice(0, longText) : value,
  );
}

/** A segment that has this many bytes is followed by another. */
const fullSegment = 256 * 1024 * 1024;

/** What the journal asks of the disk. */
export interface JournalDisk {
  readonly write: (
    handle: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ readonly bytesWritten: number }>;
  readonly fsync: (handle: number) => Promise<void>;
  readonly truncate: (handle: number, length: number) => Promise<void>;
}

const systemDisk: JournalDisk = {
  write: promisify(fs.write),
  fsync: promisify(fs.fsync),
  truncate: promisify(fs.ftruncate),
};

interface Waiting {
  readonly frames: Frames;
  readonly resolve: (position: SegmentPosition) => void;
  readonly reject: (error: unknown) => void;
}

interface Segment {
  readonly name: string;
  readonly handle: number;
  readonly mark: Buffer;
  /** Bytes that are whole and on the disk. */
  size: number;
}

/** Appends to the journal. Its segment is made with the first record. */
export class JournalWriter {
  readonly #folder: string;
  readonly #disk: JournalDisk;
  #segment: Segment | null = null;
  #waiting: Waiting[] = [];
  #working: Promise<void> | null = null;
  #closed = false;

  private constructor(folder: string, disk: JournalDisk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /** Opens the journal in a folder, which is made where it is missing. @throws the system's errors */
  static async open(folder: string, disk = systemDisk): Promise<JournalWriter> {
    await fs.promises.mkdir(folder, { recursive: true });
    return new JournalWriter(folder, disk);
  }

  /**
   * Appends records, and resolves to the end of the last one when all are safely on the disk. Calls that
   * come while others are written share one fsync.
   * @throws the system's errors; then none of the records is in the journal
   */
  async append(records: readonly JournalRecord[]): Promise<SegmentPosition> {
    const room = records.reduce((sum, { gzip }) => sum + gzip.length + usualMeta, 0);
    const frames = new FramesBuilder(room);
    for (const record of records) addRecord(frames, record);
    return this.appendFrames(frames.finish());
  }

  /** As {@link append}; the frames are this writer's from now on. */
  appendFrames(frames: Frames): Promise<SegmentPosition> {
    if (this.#closed) return Promise.reject(new Error("the journal is closed"));
    const done = new Promise<SegmentPosition>((resolve, reject) => {
      this.#waiting.push({ frames, resolve, reject });
    });
    this.#working ??= this.#work();
    return done;
  }

  /** Waits for what is being written, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    if (this.#segment !== null) fs.closeSync(this.#segment.handle);
    this.#segment = null;
  }

  async #work(): Promise<void> {
    // Those that call in the same tick belong together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const ends = await this.#write(group);
        group.forEach(({ resolve }, index) => {
          const end = ends[index];
          if (end !== undefined) resolve(end);
        });
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#working = null;
  }

  async #write(group: readonly Waiting[]): Promise<SegmentPosition[]> {
    const segment = await this.#openSegment();
    const ends: SegmentPosition[] = [];
    let end = segment.size;
    for (const { frames } of group) {
      sealFrames(frames, segment.mark);
      end += frames.bytes.length;
      ends.push({ segment: segment.name, offset: end });
    }
    try {
      const [only] = group;
      const bytes =
        group.length === 1 && only !== undefined
          ? only.frames.bytes
          : Buffer.concat(group.map(({ frames }) => frames.bytes));
      await this.#writeAll(segment.handle, bytes, segment.size);
      await this.#disk.fsync(segment.handle);
      segment.size = end;
    } catch (error) {
      // What is half there must not be followed by more: it is taken back, or the segment is left.
      await this.#disk.truncate(segment.handle, segment.size).catch(() => {
        this.#leave(segment);
      });
      throw error;
    }
    return ends;
  }

  async #openSegment(): Promise<Segment> {
    const open = this.#segment;
    if (open !== null && open.size < fullSegment) return open;
    if (open !== null) this.#leave(open);
    const name = segmentName();
    const file = path.join(this.#folder, name);
    const handle = fs.openSync(file, "wx", 0o600);
    const { head, mark } = makeHead();
    try {
      await this.#writeAll(handle, head, 0);
      await this.#disk.fsync(handle);
      await this.#syncFolder();
    } catch (error) {
      fs.closeSync(handle);
      fs.rmSync(file, { force: true });
      throw error;
    }
    this.#segment = { name, handle, mark, size: head.length };
    return this.#segment;
  }

  async #writeAll(handle: number, bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const left = bytes.length - at;
      const { bytesWritten } = await this.#disk.write(handle, bytes, at, left, position + at);
      at += bytesWritten;
    }
  }

  /** Makes the name of a new file as safe as the file. */
  async #syncFolder(): Promise<void> {
    const handle = fs.openSync(this.#folder, "r");
    try {
      await this.#disk.fsync(handle);
    } finally {
      fs.closeSync(handle);
    }
  }

  #leave(segment: Segment): void {
    fs.closeSync(segment.handle);
    if (this.#segment === segment) this.#segment = null;
  }
}

/** Sorts by the time at which it was made; random, so that two programs never share one. */
function segmentName(): string {
  const stamp = new Date().toISOString().replace(/[-:.]/g, "");
  return `${stamp}-${String(ownPid)}-${crypto.randomBytes(6).toString("hex")}.seg`;
}
