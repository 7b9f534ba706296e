/** Batches of reports, from a thread where that is quicker. */
import fs from "node:fs";
import { Worker } from "node:worker_threads";
import { standardInput } from "../../edge/reports/sources.ts";
import { sizeOf, walk } from "../../edge/reports/walk.ts";
import type { JournalRecord } from "../../edge/reports/journal.ts";
import type { Report } from "../../reports/report.ts";
import type { NewReport } from "../../reports/store-port.ts";
import type { IntakeBatch, IntakeOrder } from "./intake.ts";
import type { SentBatch, SentHead } from "./intake-worker.ts";

/** Below this a thread takes longer to start than to help. */
const fewFiles = 200;
const fewOctets = 4 * 1024 * 1024;

/** A batch dies young here; with the normal 16 MB much of it would be copied first. */
const youngMb = 64;

/** Takes everything in, in this thread or in another. @throws what {@link intake} throws */
export function startIntake(order: IntakeOrder): AsyncGenerator<IntakeBatch, void> {
  return isLittle(order.paths) ? intakeHere(order) : intakeInThread(order);
}

async function* intakeHere(order: IntakeOrder): AsyncGenerator<IntakeBatch, void> {
  const { intake } = await import("./intake.ts");
  yield* intake(order, (ready) => ready);
}

function isLittle(paths: readonly string[]): boolean {
  if (paths.includes(standardInput) || paths.some((one) => hasMoreEntries(one, fewFiles)))
    return false;
  let files = 0;
  let octets = 0;
  for (const found of walk(paths)) {
    files += 1;
    if (!("why" in found)) octets += sizeOf(found);
    if (files > fewFiles || octets > fewOctets) return false;
  }
  return true;
}

/** Whether a folder has more entries than this; a large one is not read to its end for it. */
function hasMoreEntries(folder: string, count: number): boolean {
  let handle: fs.Dir;
  try {
    handle = fs.opendirSync(folder, { bufferSize: count + 1 });
  } catch {
    // A file, or what the walk will tell.
    return false;
  }
  try {
    let entries = 0;
    while (entries <= count && handle.readSync() !== null) entries += 1;
    return entries > count;
  } finally {
    handle.closeSync();
  }
}

async function* intakeInThread(order: IntakeOrder): AsyncGenerator<IntakeBatch, void> {
  const worker = new Worker(new URL("./intake-worker.js", import.meta.url), {
    workerData: order,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    // It closes what it opens, and each would be written down.
    trackUnmanagedFds: false,
  });
  try {
    let next = ask(worker);
    while (true) {
      const sent = await next;
      if (sent === null) return;
      // The thread goes on while this one writes.
      next = ask(worker);
      next.catch(() => undefined);
      yield received(sent);
    }
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker): Promise<SentBatch | null> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off("message", take).off("error", fail);
    };
    const take = (sent: SentBatch | null): void => {
      settle();
      resolve(sent);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    worker.on("message", take).on("error", fail);
    worker.postMessage("next");
  });
}

function received({ batch, heads, metas, lengths, gzips }: SentBatch): IntakeBatch {
  const parsed = JSON.parse(heads) as readonly SentHead[];
  let at = 0;
  return {
    ...batch,
    ready: batch.ready.map((text, index) => {
      const end = at + (lengths[index] ?? 0);
      const record = new ReceivedRecord(metas[index] ?? "", gzips.subarray(at, end));
      at = end;
      const [key, deviations] = parsed[index] ?? ["", []];
      return { report: new ReceivedReport(key, deviations, text, record), record };
    }),
  };
}

/**
 * A record whose parts are parsed when they are asked for, and not kept: the objects of a whole batch,
 * held until it is in the store, cost more than what is done with them.
 */
class ReceivedRecord implements JournalRecord {
  readonly meta: string;
  readonly gzip: Uint8Array;

  constructor(meta: string, gzip: Uint8Array) {
    this.meta = meta;
    this.gzip = gzip;
  }

  get arrival(): JournalRecord["arrival"] {
    return this.#parsed().arrival;
  }

  get hints(): JournalRecord["hints"] {
    return this.#parsed().hints;
  }

  #parsed(): Pick<JournalRecord, "arrival" | "hints"> {
    return JSON.parse(this.meta) as Pick<JournalRecord, "arrival" | "hints">;
  }
}

/** A report, as {@link ReceivedRecord}. */
class ReceivedReport implements NewReport {
  readonly key: string;
  readonly deviations: readonly string[];
  readonly #text: string;
  readonly #record: JournalRecord;

  constructor(key: string, deviations: readonly string[], text: string, record: JournalRecord) {
    this.key = key;
    this.deviations = deviations;
    this.#text = text;
    this.#record = record;
  }

  get report(): Report {
    return JSON.parse(this.#text) as Report;
  }

  get arrival(): NewReport["arrival"] {
    return this.#record.arrival;
  }
}
