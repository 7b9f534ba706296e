/** `stspress reports add`: takes in the reports of files, folders, mailboxes and standard input. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { parseServer } from "../../net/dns/servers.ts";
import { JournalWriter } from "../journal/journal.ts";
import { standardInput } from "../intake/sources.ts";
import { sizeOf, walk, whyUnreadable, type PassedOver } from "../intake/walk.ts";
import { describeTakenIn, mostTold, shownSource, type TakenInCounts } from "./print/taken-in.ts";
import type { AddResult } from "../store/store-port.ts";
import { flag, textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { startProgress, type Progress } from "../../cli/progress.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import {
  intake,
  type IntakeBatch,
  type IntakeOrder,
  type QuarantinedSource,
} from "../intake/intake.ts";
import { keepReports } from "../intake/keep-reports.ts";
import { openStore, reportFolders } from "../store/open-store.ts";
import type { ReadyBatch } from "../intake/ready-batch.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** Runs `reports add PATH… | -`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const root = siteRoot(textOption(args, "site"));
  const now = readClock(io.env);
  const found = [root, now].filter((one) => typeof one === "object");
  if (typeof root !== "string" || typeof now !== "number") {
    tell(found, format, io, {});
    return 2;
  }
  const resolverText = textOption(args, "resolver");
  const resolver = resolverText === null ? null : parseServer(resolverText);
  if (resolverText !== null && resolver === null) {
    return usage(io, "--resolver is not an IP address", "--resolver 192.0.2.53");
  }
  if (args.operands.length === 0) {
    return usage(io, "name the files and folders to take in", "stspress reports add ~/Maildir");
  }
  const missing = [...missingOf(args.operands)];
  if (missing.length > 0) {
    // A path that was mistyped is told before anything is taken in.
    for (const { path, why } of missing) io.err(`${shownSource(path)}: ${why}\n`);
    return 2;
  }
  const folders = reportFolders(root);
  if ("code" in folders) {
    tell([folders], format, io, {});
    return 2;
  }
  const dkim = args.options["dkim"] === false ? null : { resolver };
  const order: IntakeOrder = { paths: args.operands, now, quarantine: folders.quarantine, dkim };
  const batches = intake(order);
  const opening = openStore(root, io);
  // Read while the store is opened.
  const first = batches.next();
  first.catch(() => undefined);
  const store = await opening;
  if ("code" in store) {
    await batches.return();
    tell([store], format, io, {});
    return 2;
  }
  const progress = await startProgress(io);
  const writer = await JournalWriter.open(folders.journal);
  let result: TakenAll;
  try {
    const meter = io.errIsTerminal ? new Meter(order.paths, progress) : null;
    const keep = (ready: ReadyBatch) => keepReports(ready, writer, store);
    result = await takeAll(first, batches, keep, meter);
  } catch (error) {
    if (codeOf(error) === "") throw error;
    // What was written before is kept; the rest is taken in the next time.
    const path = ".stspress/reports";
    tell([diagnostic("site/cannot-write", { path, detail: describe(error) })], format, io, {});
    return 2;
  } finally {
    progress.end();
    await writer.close();
    await store.close();
  }
  return report(result, flag(args, "json"), io);
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
const mostWaiting = 2;
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
      else if (waiting.length > mostWaiting) await waiting.shift();
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
    this.quarantined.push(...batch.quarantined.slice(0, mostTold - this.quarantined.length));
    this.passedOver.push(...batch.passedOver.slice(0, mostTold - this.passedOver.length));
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
      if ("why" in found) continue;
      files += 1;
      octets += sizeOf(found);
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

function* missingOf(paths: readonly string[]): Generator<PassedOver> {
  for (const given of paths) {
    if (given === standardInput) continue;
    const why = whyUnreadable(given);
    if (why !== null) yield { path: given, why, isUnreadable: true };
  }
}

function report(result: TakenAll, asJson: boolean, io: Io): ExitCode {
  const { counts, quarantined, passedOver, passedOverCount, isUnreadable } = result;
  for (const { path, why } of passedOver) io.err(`${shownSource(path)}: ${why}\n`);
  if (passedOverCount > passedOver.length) {
    io.err(`and ${String(passedOverCount - passedOver.length)} more were passed over\n`);
  }
  if (asJson) io.out(`${JSON.stringify(counts)}\n`);
  else io.out(describeTakenIn(counts, quarantined, ["file or mail", "files and mails"]));
  if (isUnreadable) return 2;
  return counts.quarantined > 0 ? 1 : 0;
}

function usage(io: Io, what: string, fix: string): ExitCode {
  io.err(`${what}\n  fix: ${fix}\n`);
  return 2;
}
