/** `stspress reports add`: takes in the reports of files, folders, mailboxes and standard input. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { parseServer, type Server } from "../../net/dns/servers.ts";
import { JournalWriter } from "../journal/journal.ts";
import { standardInput } from "../intake/sources.ts";
import { sizeOf, walk, whyUnreadable, type PassedOver } from "../intake/walk.ts";
import {
  describeTakenIn,
  maxTold,
  shortSource,
  shownSource,
  type TakenInCounts,
} from "./print/taken-in.ts";
import type { AddResult, ReportStore } from "../store/port.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress, type Progress } from "../../cli/progress.ts";
import { intake, type IntakeBatch, type QuarantinedSource } from "../intake/intake.ts";
import { keepReports } from "../intake/keep-reports.ts";
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
  // Read while the store is opened.
  const first = batches.next();
  first.catch(() => undefined);
  const store = await opening;
  if (!store.ok) {
    await batches.return();
    return store;
  }
  const taken = await takeInto(journal, store.value, first, batches, context);
  if (!taken.ok) return taken;
  return success(report(taken.value, context));
}

function readResolver({ options }: Context): Result<Server | null> {
  return options.parsed("resolver", parseServer, "an IP address or IP:port", "192.0.2.53");
}

/** A path that was mistyped is told before anything is taken in. */
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

/** Takes everything in, and closes the store. */
async function takeInto(
  journal: string,
  store: ReportStore,
  first: Promise<IteratorResult<IntakeBatch, void>>,
  batches: AsyncGenerator<IntakeBatch, void>,
  { operands, io }: Context,
): Promise<Result<TakenAll>> {
  const progress = await startProgress(io);
  const writer = await JournalWriter.open(journal);
  try {
    const meter = io.errIsTerminal ? new Meter(operands, progress) : null;
    const keep = (ready: ReadyBatch) => keepReports(ready, writer, store);
    return success(await takeAll(first, batches, keep, meter));
  } catch (error) {
    if (codeOf(error) === "") throw error;
    // What was written before is kept; the rest is taken in the next time.
    const detail = describe(error);
    return failure(diagnostic("site/cannot-write", { path: ".stspress/reports", detail }));
  } finally {
    progress.end();
    await writer.close();
    await store.close();
  }
}

interface TakenAll {
  readonly counts: TakenInCounts;
  /** The first of each. */
  readonly quarantined: readonly QuarantinedSource[];
  readonly passedOver: readonly PassedOver[];
  readonly passedOverCount: number;
  readonly isUnreadable: boolean;
}

/** Batches that are kept, or wait for that, while the next is read. */
const maxWaiting = 2;
/** Octets of memory; nothing else is read while such a batch waits. */
const heavy = 24 * 1024 * 1024;

async function takeAll(
  first: Promise<IteratorResult<IntakeBatch, void>>,
  batches: AsyncGenerator<IntakeBatch, void>,
  keep: (ready: ReadyBatch) => Promise<AddResult>,
  meter: Meter | null,
): Promise<TakenAll> {
  const sum = new Sum(meter);
  const waiting: Promise<void>[] = [];
  let last: Promise<void> = Promise.resolve();
  try {
    for (let next = await first; next.done !== true; next = await batches.next()) {
      const batch = next.value;
      // DuckDB and the disk work while the next is read; one after another, as the journal wants it.
      last = last.then(async () => {
        sum.add(batch, await keep(batch.ready));
      });
      // Told when it is awaited.
      last.catch(() => undefined);
      waiting.push(last);
      if (batch.weight > heavy) await last;
      else if (waiting.length > maxWaiting) await waiting.shift();
    }
    await last;
  } finally {
    await last.catch(() => undefined);
    await batches.return();
  }
  return sum;
}

/** What came of all batches so far. */
class Sum implements TakenAll {
  readonly counts: TakenInCounts = { added: 0, duplicates: 0, quarantined: 0, notReports: 0 };
  readonly quarantined: QuarantinedSource[] = [];
  readonly passedOver: PassedOver[] = [];
  passedOverCount = 0;
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
    this.quarantined.push(...batch.quarantined.slice(0, maxTold - this.quarantined.length));
    this.passedOver.push(...batch.passedOver.slice(0, maxTold - this.passedOver.length));
    this.passedOverCount += batch.passedOver.length;
    this.isUnreadable ||= batch.passedOver.some((one) => one.isUnreadable);
    this.#meter?.advance(batch);
  }
}

/** Shows how far the work is: in files, or in megabytes where a few files hold many mails. */
class Meter {
  readonly #progress: Progress;
  readonly #files: number;
  readonly #octets: number;
  #sources = 0;
  #read = 0;

  constructor(paths: readonly string[], progress: Progress) {
    this.#progress = progress;
    let files = 0;
    let octets = 0;
    for (const found of walk(paths.filter((one) => one !== standardInput))) {
      if (!found.ok) continue;
      files += 1;
      octets += sizeOf(found.value);
    }
    this.#files = files;
    this.#octets = octets;
  }

  advance({ sources, octets }: IntakeBatch): void {
    this.#sources += sources;
    this.#read += octets;
    if (this.#sources <= this.#files) {
      this.#progress.show("taking in", this.#sources, this.#files);
      return;
    }
    const read = megabytes(this.#read);
    this.#progress.show("taking in, MB", read, Math.max(read, megabytes(this.#octets)));
  }
}

function megabytes(octets: number): number {
  return Math.ceil(octets / 1_000_000);
}

function report(result: TakenAll, context: Context): ExitCode {
  const { counts, quarantined, passedOver, passedOverCount, isUnreadable } = result;
  const { io } = context;
  for (const { path, why } of passedOver) io.err(`${shownSource(path)}: ${why}\n`);
  if (passedOverCount > passedOver.length) {
    io.err(`and ${String(passedOverCount - passedOver.length)} more were passed over\n`);
  }
  printResult(context, {
    json: counts,
    text: () => describeTakenIn(counts, quarantined, ["file or mail", "files and mails"]),
  });
  if (isUnreadable) return 2;
  return counts.quarantined > 0 ? 1 : 0;
}
