/** From the folder of YAML to `dist/` and the lock: build, its dry run, and check. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { Dist, type KeyedWrite } from "./dist.ts";
import { NewDist } from "./new-dist.ts";
import { startTimings } from "../../runtime/timings.ts";
import { buildSummary, manyFiles, manyRecords } from "../cli/print/build-summary.ts";
import type { SiteConfig } from "../../config/site-config.ts";
import { formatLock } from "../lock/lock-text.ts";
import { type Lock } from "../lock/lock.ts";
import { phases, type Phase } from "../output.ts";
import type { SitePlan } from "../plan.ts";
import { joinChanges, siteChanges, tallyChanges, type ChangeTally } from "../site-changes.ts";
import { checkTargets } from "../targets/targets.ts";
import { FileMaker } from "./file-maker.ts";
import { textOption, wantsColour, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadPlan } from "../load/load-site.ts";
import { startProgress } from "../../cli/progress.ts";
import { rememberLock, replaceLock } from "./lock-file.ts";
import { expected } from "./write-diagnostic.ts";
import { formatOf, hasErrors, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";

/** A file that is not yet as planned. */
export interface PlannedWrite {
  /** Below `dist/`. */
  readonly path: string;
  readonly isNew: boolean;
}

/** What is to be done to `dist/` and the lock. */
export interface Changes {
  /** Not all, where nobody lists them. */
  readonly writes: readonly PlannedWrite[];
  readonly added: number;
  readonly changed: number;
  readonly stale: readonly string[];
  readonly unchanged: number;
  /** null: the lock stays as it is. */
  readonly lockText: string | null;
}

/** A verb that only looks: `check`, `build --dry-run`. */
export type Mode = "build" | "dry-run" | "check";

/** Runs `build`, `build --dry-run` or `check`. */
export async function runBuild(args: Arguments, io: Io, mode: Mode): Promise<ExitCode> {
  const format = formatOf(args);
  const root = siteRoot(textOption(args, "site"));
  const now = readClock(io.env);
  if (typeof root !== "string" || typeof now !== "number") {
    tell(
      [root, now].filter((one) => typeof one === "object"),
      format,
      io,
      {},
    );
    return 2;
  }
  const frozen = mode !== "check" && isFrozen(args, io);
  const progress = await startProgress(io);
  const timings = startTimings("read");
  const loaded = await loadPlan(root, now, {
    threads: 2,
    remember: mode === "build",
    pruning: !frozen,
    phase: timings.phase,
    progress: (done, total) => {
      progress.show("reading", done, total);
    },
  });
  const { site, plan, renderer, loadedLock } = loaded;
  const diagnostics = [...loaded.diagnostics];
  const { lock } = loadedLock;
  if (site === null || plan === null || renderer === null || lock === null) {
    progress.end();
    tell(diagnostics, format, io, {});
    return 2;
  }
  timings.phase("render");
  diagnostics.push(...checkTargets(plan.publications, site.targets));
  let changes: Changes;
  let records: ChangeTally;
  const made = (done: number) => {
    progress.show("rendering", done, plan.domains.length * 2);
  };
  try {
    const dist = new Dist(root);
    const writer = mode === "build" ? new SiteWriter(root, dist) : null;
    try {
      const maker = new FileMaker(site, plan, now, renderer);
      const listed = format === "json" ? Infinity : manyFiles;
      const collected = await collect(maker, dist, writer, listed, made);
      diagnostics.push(...maker.diagnostics);
      timings.phase("records");
      const lockText = nextLockText(loadedLock.text, plan);
      if (frozen && lockText !== null) {
        const domains = plan.newIds.map((one) => one.domain);
        diagnostics.push(diagnostic("lock/frozen", { domains }));
      }
      changes = { ...collected, lockText };
      records = tallyChanges(siteChanges(plan, lock), manyRecords);
      timings.phase("write");
      if (writer !== null && !hasErrors(diagnostics)) {
        await writer.write(changes, loadedLock.text, (done) => {
          progress.show("writing", done, changes.added + changes.changed);
        });
      }
    } finally {
      await writer?.end();
    }
  } catch (error) {
    progress.end();
    const told = expected(error);
    if (told === null) throw error;
    tell([...diagnostics, told], format, io, {});
    return 2;
  }
  timings.phase("print");
  progress.end();
  const summary = { mode, changes, plan, records, site };
  const failed = hasErrors(diagnostics);
  // Only JSON lists everything.
  tell(diagnostics, format, io, failed || format !== "json" ? {} : buildResult(summary, lock));
  if (failed) return 2;
  if (format === "text" && mode !== "check") {
    io.out(buildSummary(summary, { colour: wantsColour(io, io.outIsTerminal) }));
  } else if (format === "text") {
    const count = plan.domains.length;
    io.out(
      `${String(count)} domain${count === 1 ? "" : "s"}: nothing keeps the site from building\n`,
    );
  }
  if (io.env["STSPRESS_TIMINGS"] === "1") io.err(timings.end());
  return 0;
}

/** A frozen build may not change the lock: the default in CI, where nobody would commit it. */
function isFrozen(args: Arguments, io: Io): boolean {
  const asked = args.options["frozen"];
  if (typeof asked === "boolean") return asked;
  const ci = io.env["CI"];
  return ci !== undefined && ci !== "" && ci !== "0" && ci !== "false";
}

function nextLockText(before: string | null, plan: SitePlan): string | null {
  const text = formatLock(plan.lock);
  return text === before ? null : text;
}

/** Compares every file with the disk, and hands over what is not yet there as planned; lists at most so many of each phase. */
async function collect(
  maker: FileMaker,
  dist: Dist,
  writer: SiteWriter | null,
  listed: number,
  progress: (done: number) => void,
): Promise<Omit<Changes, "lockText">> {
  const byPhase: Record<Phase, PlannedWrite[]> = { policy: [], server: [], record: [] };
  const counts = { same: 0, added: 0, changed: 0 };
  let done = 0;
  for (const output of maker.outputs()) {
    done += 1;
    if (done % 1000 === 0) progress(done);
    const key = maker.keyOf(output);
    if (key !== "-" && dist.keeps(output.path, key)) {
      counts.same += 1;
      continue;
    }
    const content = maker.textOf(output);
    const compared = dist.compare(output.path, content, key);
    counts[compared] += 1;
    if (compared === "same") continue;
    const list = byPhase[output.phase];
    if (list.length < listed) list.push({ path: output.path, isNew: compared === "added" });
    // What is wrong would not be written: no need to keep it.
    if (writer === null || maker.diagnostics.length > 0) continue;
    const waiting = writer.take(output.phase, { path: output.path, content, key });
    if (waiting !== null) await waiting;
  }
  const writes = phases.flatMap((phase) => byPhase[phase]);
  const { same: unchanged, added, changed } = counts;
  return { writes, added, changed, stale: dist.stale(), unchanged };
}

/** Puts a site on disk once all of it is known to be right. */
class SiteWriter {
  readonly #root: string;
  readonly #dist: Dist;
  readonly #newDist: NewDist;
  readonly #kept: Record<Phase, KeyedWrite[]> = { policy: [], server: [], record: [] };

  constructor(root: string, dist: Dist) {
    this.#root = root;
    this.#dist = dist;
    this.#newDist = new NewDist(root);
  }

  /** Takes a file; what it returns, if anything, is to be waited for. */
  take(phase: Phase, write: KeyedWrite): Promise<void> | null {
    if (this.#dist.isNew) return this.#newDist.add(write);
    this.#kept[phase].push(write);
    return null;
  }

  /** The lock first: it must never lag behind what senders can fetch. Errors: {@link WriteFailed}, {@link NotAFolder}. */
  async write(
    { added, changed, stale, lockText }: Changes,
    lockBefore: string | null,
    progress: (done: number) => void,
  ): Promise<void> {
    if (this.#dist.isNew) await this.#newDist.complete(progress);
    if (lockText !== null) {
      rememberLock(this.#root, lockBefore);
      replaceLock(this.#root, lockText);
    }
    if (this.#dist.isNew) this.#newDist.publish();
    else if (added + changed + stale.length > 0) {
      const kept = phases.flatMap((phase) => this.#kept[phase]);
      this.#dist.commit(kept, stale, progress);
    }
  }

  /** Leaves nothing beside what was written, nor what an earlier build left that was killed. */
  async end(): Promise<void> {
    await this.#newDist.discard();
  }
}

/** What a build did, for its summary and its JSON. */
export interface BuildSummary {
  readonly mode: Mode;
  readonly changes: Changes;
  readonly plan: SitePlan;
  readonly records: ChangeTally;
  readonly site: SiteConfig;
}

function buildResult({ changes, plan }: BuildSummary, before: Lock): object {
  const records = joinChanges(siteChanges(plan, before));
  return {
    domains: plan.domains.length,
    files: {
      added: changes.writes.filter((one) => one.isNew).map((one) => one.path),
      changed: changes.writes.filter((one) => !one.isNew).map((one) => one.path),
      deleted: changes.stale,
      unchanged: changes.unchanged,
    },
    lock: changes.lockText === null ? "unchanged" : "changed",
    ids: plan.newIds,
    records: {
      added: records.added,
      changed: records.changed,
      removed: records.removed,
    },
  };
}
