/** `stspress reports add`: intake of files, folders, mailboxes and standard input. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { parseServer, type Server } from "../../net/dns/servers.ts";
import { JournalWriter } from "../journal/journal.ts";
import { standardInput } from "../intake/sources.ts";
import { sizeOf, walk, whyUnreadable, type SkippedPath } from "../intake/walk.ts";
import {
  describeIntake,
  maxListed,
  shortSource,
  printableSource,
  type IntakeCounts,
} from "./print/intake-summary.ts";
import type { AddResult, ReportStore } from "../store/port.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress, type Progress } from "../../cli/progress.ts";
import { intake, type IntakeBatch, type QuarantinedSource } from "../intake/intake.ts";
import { saveReports } from "../intake/save-reports.ts";
import { openStore, reportFolders } from "../store/open-store.ts";
import type { ReadyBatch } from "../intake/ready-batch.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** Runs `reports add PATH… | -`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { root, now, options } = context;
  const asked = combine({ paths: readPaths(context.operands), resolver: readResolver(context) });
  if (!asked.ok) return asked;
  const folders = reportFolders(root);
  if (!folders.ok) return folders;
  const { paths, resolver } = asked.value;
  const { journal, quarantine } = folders.value;
  const dkim = options.choice("dkim") === false ? null : { resolver };
  const batches = intake({ paths, now, quarantine, dkim });
  const opening = openStore(context);
  // The first batch is read while the store is opened.
  const first = batches.next();
  first.catch(() => undefined);
  const store = await opening;
  if (!store.ok) {
    await batches.return();
    return store;
  }
  const saved = await saveInto(journal, store.value, first, batches, context);
  if (!saved.ok) return saved;
  return success(printSummary(saved.value, context));
}

function readResolver({ options }: Context): Result<Server | null> {
  return options.parsed("resolver", parseServer, "an IP address or IP:port", "192.0.2.53");
}

/** A mistyped path is an error before anything is read. */
function readPaths(paths: readonly string[]): Result<readonly string[]> {
  if (paths.length === 0) {
    const help = "stspress help reports add";
    return failure(diagnostic("usage/missing-operand", { operand: "path", help }));
  }
  const found = paths.flatMap((given) => {
    const why = given === standardInput ? null : whyUnreadable(given);
    if (why === null) return [];
    return [diagnostic("site/unreadable", { path: shortSource(given), detail: why })];
  });
  return found.length > 0 ? failure(...found) : success(paths);
}

/** Saves all batches, and closes the store. */
async function saveInto(
  journal: string,
  store: ReportStore,
  first: Promise<IteratorResult<IntakeBatch, void>>,
  batches: AsyncGenerator<IntakeBatch, void>,
  { operands, io }: Context,
): Promise<Result<IntakeTotals>> {
  const progress = await startProgress(io);
  const writer = await JournalWriter.open(journal);
  try {
    const meter = io.errIsTerminal ? new Meter(operands, progress) : null;
    const save = (ready: ReadyBatch) => saveReports(ready, writer, store);
    return success(await saveAll(first, batches, save, meter));
  } catch (error) {
    if (codeOf(error) === "") throw error;
    // What was saved before is kept; the next run reads the rest.
    const detail = describe(error);
    return failure(diagnostic("site/cannot-write", { path: ".stspress/reports", detail }));
  } finally {
    progress.end();
    await writer.close();
    await store.close();
  }
}

interface IntakeTotals {
  readonly counts: IntakeCounts;
  /** The first {@link maxListed} of each. */
  readonly quarantined: readonly QuarantinedSource[];
  readonly skipped: readonly SkippedPath[];
  readonly skippedCount: number;
  readonly isUnreadable: boolean;
}

/** Batches that are being saved, or wait for it, while the next is read. */
const maxWaiting = 2;
/** While a batch with more bytes of memory is saved, nothing else is read. */
const maxConcurrentMemory = 24 * 1024 * 1024;

async function saveAll(
  first: Promise<IteratorResult<IntakeBatch, void>>,
  batches: AsyncGenerator<IntakeBatch, void>,
  save: (ready: ReadyBatch) => Promise<AddResult>,
  meter: Meter | null,
): Promise<IntakeTotals> {
  const totals = new IntakeSum(meter);
  const waiting: Promise<void>[] = [];
  let last: Promise<void> = Promise.resolve();
  try {
    for (let next = await first; next.done !== true; next = await batches.next()) {
      const batch = next.value;
      // Saved while the next batch is read, one after another: the journal needs that order.
      last = last.then(async () => {
        totals.add(batch, await save(batch.ready));
      });
      // Handled where it is awaited.
      last.catch(() => undefined);
      waiting.push(last);
      if (batch.memory > maxConcurrentMemory) await last;
      else if (waiting.length > maxWaiting) await waiting.shift();
    }
    await last;
  } finally {
    await last.catch(() => undefined);
    await batches.return();
  }
  return totals;
}

/** The totals of all batches so far. */
class IntakeSum implements IntakeTotals {
  readonly counts: IntakeCounts = { added: 0, duplicates: 0, quarantined: 0, notReports: 0 };
  readonly quarantined: QuarantinedSource[] = [];
  readonly skipped: SkippedPath[] = [];
  skippedCount = 0;
  isUnreadable = false;
  readonly #meter: Meter | null;

  constructor(meter: Meter | null) {
    this.#meter = meter;
  }

  add(batch: IntakeBatch, { added, duplicates }: AddResult): void {
    const { counts } = this;
    counts.added += added;
    counts.duplicates += duplicates;
    counts.quarantined += batch.quarantined.length;
    counts.notReports += batch.notReports;
    this.quarantined.push(...batch.quarantined.slice(0, maxListed - this.quarantined.length));
    this.skipped.push(...batch.skipped.slice(0, maxListed - this.skipped.length));
    this.skippedCount += batch.skipped.length;
    this.isUnreadable ||= batch.skipped.some((one) => one.isUnreadable);
    this.#meter?.advance(batch);
  }
}

/** Shows the progress: in files, or in megabytes where a few files hold many mails. */
class Meter {
  readonly #progress: Progress;
  readonly #files: number;
  readonly #bytes: number;
  #sources = 0;
  #read = 0;

  constructor(paths: readonly string[], progress: Progress) {
    this.#progress = progress;
    let files = 0;
    let bytes = 0;
    for (const found of walk(paths.filter((one) => one !== standardInput))) {
      if (!found.ok) continue;
      files += 1;
      bytes += sizeOf(found.value);
    }
    this.#files = files;
    this.#bytes = bytes;
  }

  advance({ sources, bytes }: IntakeBatch): void {
    this.#sources += sources;
    this.#read += bytes;
    if (this.#sources <= this.#files) {
      this.#progress.show("reading", this.#sources, this.#files);
      return;
    }
    const read = megabytes(this.#read);
    this.#progress.show("reading, MB", read, Math.max(read, megabytes(this.#bytes)));
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}

function printSummary(result: IntakeTotals, context: Context): ExitCode {
  const { counts, quarantined, skipped, skippedCount, isUnreadable } = result;
  const { io } = context;
  for (const { path, why } of skipped) io.err(`${printableSource(path)}: ${why}\n`);
  if (skippedCount > skipped.length) {
    io.err(`and ${String(skippedCount - skipped.length)} more were skipped\n`);
  }
  printResult(context, {
    json: counts,
    text: () => describeIntake(counts, quarantined, ["file or mail", "files and mails"]),
  });
  if (isUnreadable) return 2;
  return counts.quarantined > 0 ? 1 : 0;
}
