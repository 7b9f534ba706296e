import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  JournalWriter,
  type JournalDisk,
  type JournalRecord,
} from "../../../src/reports/journal/journal.ts";
import { readJournal } from "../../../src/reports/journal/read-journal.ts";
import type { SegmentPosition } from "../../../src/reports/store/port.ts";

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-journal-"));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function record(name: string, size = 10): JournalRecord {
  return {
    arrival: {
      via: "file",
      receivedAt: 1_700_000_000,
      submitter: null,
      verification: { verdict: "unverifiable", signer: null, detail: "" },
    },
    hints: { name, subjectId: null, domain: null, containerDeviations: [] },
    gzip: zlib.gzipSync(Buffer.alloc(size, name)),
  };
}

async function readAll(positions: readonly SegmentPosition[] = []) {
  const names: string[] = [];
  let damaged = 0;
  let last: SegmentPosition | null = null;
  let batches = 0;
  for await (const batch of readJournal(folder, positions)) {
    for (const one of batch.records) {
      expect(zlib.gunzipSync(one.gzip).toString()).toContain(one.hints.name);
      names.push(one.hints.name);
    }
    damaged += batch.damaged;
    last = batch.position;
    batches += 1;
  }
  return { names, damaged, last, batches };
}

function onlySegment(): string {
  const [name] = fs.readdirSync(folder);
  return path.join(folder, name ?? "");
}

describe("what is appended", () => {
  test("is read in order, in batches, and on from a position", async () => {
    const writer = await JournalWriter.open(folder);
    const names = Array.from({ length: 1203 }, (_, index) => `r${String(index)}`);
    const middle = await writer.append(names.slice(0, 700).map((name) => record(name)));
    const end = await writer.append(names.slice(700).map((name) => record(name)));
    await writer.close();
    const all = await readAll();
    expect(all.names).toEqual(names);
    expect(all.last).toEqual(end);
    expect(all.batches).toBe(3);
    expect((await readAll([middle])).names).toEqual(names.slice(700));
    expect(await readAll([end])).toEqual({ names: [], damaged: 0, last: null, batches: 0 });
  });

  test("with texts of any length is written, and what comes with it", async () => {
    const writer = await JournalWriter.open(folder);
    const long = record("long");
    const signer = "\u0001".repeat(60_000);
    const verification = { verdict: "failed", signer, detail: signer } as const;
    const hostile = { ...long, arrival: { ...long.arrival, submitter: signer, verification } };
    await writer.append([record("before"), hostile, record("after")]);
    await writer.close();
    expect((await readAll()).names).toEqual(["before", "long", "after"]);
  });

  test("by several callers at once is in the journal, each up to its own position", async () => {
    const writer = await JournalWriter.open(folder);
    const ends = await Promise.all(
      Array.from({ length: 50 }, (_, index) => writer.append([record(`c${String(index)}`)])),
    );
    expect((await readAll()).names).toHaveLength(50);
    for (const [index, end] of ends.entries()) {
      expect((await readAll([end])).names).toHaveLength(49 - index);
    }
    await writer.close();
  });

  test("larger than the reader's window is read", async () => {
    const writer = await JournalWriter.open(folder);
    const large = record("large");
    const gzip = zlib.gzipSync(Buffer.alloc(3_000_000, "large"), { level: 0 });
    await writer.append([record("a"), { ...large, gzip }, record("b")]);
    await writer.close();
    expect((await readAll()).names).toEqual(["a", "large", "b"]);
  });

  test("has the keys that the journals of earlier versions have", async () => {
    const writer = await JournalWriter.open(folder);
    const containerDeviations = ["zip-archive"] as const;
    const one = record("a");
    const appended = { ...one, hints: { ...one.hints, containerDeviations } };
    await writer.append([appended]);
    await writer.close();
    expect(fs.readFileSync(onlySegment(), "latin1")).toContain(
      '"hints":{"name":"a","subjectId":null,"domain":null,"wrapping":["zip-archive"]}',
    );
    for await (const { records } of readJournal(folder, [])) expect(records).toEqual([appended]);
  });

  test("is nobody else's to read", async () => {
    const writer = await JournalWriter.open(folder);
    await writer.append([record("a")]);
    await writer.close();
    expect(fs.statSync(onlySegment()).mode & 0o077).toBe(0);
  });
});

/** The disk, with a log of what it is asked for; `before` is called, and waited for, before each. */
function loggedDisk(before: (line: string) => Promise<void> | void = () => undefined) {
  const log: string[] = [];
  const named = async (operation: string, handle: number): Promise<void> => {
    const file = fs.readlinkSync(`/proc/self/fd/${String(handle)}`);
    const line = `${operation} ${file === fs.realpathSync(folder) ? "folder" : path.extname(file)}`;
    await before(line);
    log.push(line);
  };
  const disk: JournalDisk = {
    write: async (handle, bytes, offset, length, position) => {
      await named("write", handle);
      return { bytesWritten: fs.writeSync(handle, bytes, offset, length, position) };
    },
    fsync: async (handle) => {
      await named("fsync", handle);
      fs.fsyncSync(handle);
    },
    truncate: async (handle, length) => {
      await named("truncate", handle);
      fs.ftruncateSync(handle, length);
    },
  };
  return { log, disk };
}

describe("what is promised is on the disk", () => {
  const head = ["write .seg", "fsync .seg", "fsync folder"];

  test("a new segment's head and name, then each record, are written and flushed before the answer", async () => {
    const { log, disk } = loggedDisk();
    const writer = await JournalWriter.open(folder, disk);
    await writer.append([record("a"), record("b")]);
    expect(log).toEqual([...head, "write .seg", "fsync .seg"]);
    await writer.append([record("c")]);
    expect(log.slice(5)).toEqual(["write .seg", "fsync .seg"]);
    await writer.close();
  });

  test("nothing is answered while the flush is under way, and what comes meanwhile shares the next", async () => {
    let flush: () => void = () => undefined;
    let asked: () => void = () => undefined;
    const asks = new Promise<void>((resolve) => (asked = resolve));
    let count = 0;
    const { log, disk } = loggedDisk((line) => {
      if (line !== "fsync .seg" || (count += 1) !== 2) return;
      asked();
      return new Promise((resolve) => (flush = resolve));
    });
    const writer = await JournalWriter.open(folder, disk);
    const answered: string[] = [];
    const append = (name: string) =>
      writer.append([record(name)]).then(() => {
        answered.push(name);
      });
    const first = append("first");
    await asks;
    const others = [append("second"), append("third")];
    await new Promise(setImmediate);
    expect(answered).toEqual([]);
    flush();
    await first;
    await Promise.all(others);
    expect(answered).toEqual(["first", "second", "third"]);
    expect(log.slice(head.length)).toEqual([
      "write .seg",
      "fsync .seg",
      "write .seg",
      "fsync .seg",
    ]);
    await writer.close();
  });

  test("what cannot be flushed is not answered and is taken back", async () => {
    let isBroken = false;
    const { log, disk } = loggedDisk((line) => {
      if (isBroken && line.startsWith("fsync"))
        throw Object.assign(new Error("EIO"), { code: "EIO" });
    });
    const writer = await JournalWriter.open(folder, disk);
    await writer.append([record("a")]);
    isBroken = true;
    await expect(writer.append([record("b")])).rejects.toThrow("EIO");
    expect(log.slice(-2)).toEqual(["write .seg", "truncate .seg"]);
    isBroken = false;
    await writer.append([record("c")]);
    await writer.close();
    expect(await readAll()).toMatchObject({ names: ["a", "c"], damaged: 0 });
  });
});

describe("a disk that fails", () => {
  const broken = (): never => {
    throw Object.assign(new Error("EIO"), { code: "EIO" });
  };

  test("at a new segment: nothing of it is left, and the next report makes another", async () => {
    let isBroken = true;
    const { disk } = loggedDisk((line) => {
      if (isBroken && line === "fsync folder") broken();
    });
    const writer = await JournalWriter.open(folder, disk);
    await expect(writer.append([record("a")])).rejects.toThrow("EIO");
    expect(fs.readdirSync(folder)).toEqual([]);
    isBroken = false;
    await writer.append([record("b")]);
    await writer.close();
    expect((await readAll()).names).toEqual(["b"]);
  });

  test("so that what is half there cannot be taken back: its segment is left for another", async () => {
    let isBroken = false;
    const { disk } = loggedDisk((line) => {
      if (isBroken && line !== "write .seg") broken();
    });
    const writer = await JournalWriter.open(folder, disk);
    const { segment } = await writer.append([record("a")]);
    isBroken = true;
    await expect(writer.append([record("b")])).rejects.toThrow("EIO");
    isBroken = false;
    expect((await writer.append([record("c")])).segment).not.toBe(segment);
    await writer.close();
    // What was refused and lies there all the same is read, as after a crash: whoever sent it sends it again.
    expect((await readAll()).names).toEqual(["a", "b", "c"]);
  });

  test("every caller of one flush is refused by it, and none of the next", async () => {
    let isBroken = false;
    const { disk } = loggedDisk((line) => {
      if (isBroken && line === "fsync .seg") broken();
    });
    const writer = await JournalWriter.open(folder, disk);
    await writer.append([record("a")]);
    isBroken = true;
    const refused = await Promise.allSettled(
      ["b", "c"].map((name) => writer.append([record(name)])),
    );
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isBroken = false;
    await writer.append([record("d")]);
    await writer.close();
    expect((await readAll()).names).toEqual(["a", "d"]);
  });
});

test("a segment that is full is followed by another", async () => {
  // Larger than a disk should be bothered with: what is written is counted, and thrown away.
  const disk: JournalDisk = {
    write: (_, __, ___, length) => Promise.resolve({ bytesWritten: length }),
    fsync: () => Promise.resolve(),
    truncate: () => Promise.resolve(),
  };
  const writer = await JournalWriter.open(folder, disk);
  const large = { ...record("large"), gzip: Buffer.alloc(60 * 1024 * 1024) };
  const segments: string[] = [];
  for (let n = 0; n < 6; n += 1) segments.push((await writer.append([large])).segment);
  await writer.close();
  // The fifth made it more than 256 MiB.
  expect(new Set(segments.slice(0, 5)).size).toBe(1);
  expect(segments[5]).not.toBe(segments[0]);
});

test("a journal to which nothing was appended has no segment", async () => {
  const writer = await JournalWriter.open(folder);
  await writer.close();
  expect(fs.readdirSync(folder)).toEqual([]);
  await expect(writer.append([record("late")])).rejects.toThrow("closed");
});

test("a folder that is not there is an empty journal", async () => {
  fs.rmSync(folder, { recursive: true });
  expect((await readAll()).names).toEqual([]);
  fs.mkdirSync(folder);
});

describe("damage", () => {
  async function three(): Promise<{ file: string; bytes: Buffer; ends: number[] }> {
    const writer = await JournalWriter.open(folder);
    const ends: number[] = [];
    for (const name of ["a", "b", "c"]) ends.push((await writer.append([record(name)])).offset);
    await writer.close();
    return { file: onlySegment(), bytes: fs.readFileSync(onlySegment()), ends };
  }

  test("a segment cut anywhere is read up to its last whole record", async () => {
    const { file, bytes, ends } = await three();
    for (let length = 0; length < bytes.length; length += 1) {
      fs.writeFileSync(file, bytes.subarray(0, length));
      const { names, damaged } = await readAll();
      expect([names.length, damaged]).toEqual([ends.filter((end) => end <= length).length, 0]);
    }
  });

  test("one octet changed anywhere in the middle loses that record only, and is told", async () => {
    const { file, bytes, ends } = await three();
    const [first = 0, second = 0] = ends;
    for (let at = first; at < second; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      fs.writeFileSync(file, changed);
      const { names, damaged } = await readAll();
      expect([at, names, damaged]).toEqual([at, ["a", "c"], 1]);
    }
  });

  test("a record within what a stranger sent is not found", async () => {
    const forger = await JournalWriter.open(folder);
    await forger.append([record("forged")]);
    await forger.close();
    const forged = fs.readFileSync(onlySegment());
    fs.rmSync(onlySegment());

    const writer = await JournalWriter.open(folder);
    const { offset } = await writer.append([record("a")]);
    await writer.append([{ ...record("b"), gzip: forged }, record("c")]);
    await writer.close();
    const bytes = fs.readFileSync(onlySegment());
    bytes[offset + 20] = (bytes[offset + 20] ?? 0) ^ 1;
    fs.writeFileSync(onlySegment(), bytes);
    expect(await readAll()).toMatchObject({ names: ["a", "c"], damaged: 1 });
  });

  test("what is no segment is left alone", async () => {
    await three();
    fs.writeFileSync(path.join(folder, "notes.seg"), "not a segment, but somebody's notes");
    fs.writeFileSync(path.join(folder, "README"), "hello");
    expect((await readAll()).names).toEqual(["a", "b", "c"]);
  });
});
