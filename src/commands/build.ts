/** `stspress build`: from the folder of YAML to `dist/` and the lock. */
import path from "node:path";
import { diagnostic, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { replaceFile } from "../edge/atomic-file.ts";
import { Dist, NotAFolder, WriteFailed, type Write } from "../edge/dist.ts";
import { readPageAssets } from "../edge/page-assets.ts";
import { describe } from "../edge/site-files.ts";
import { takeSite } from "../edge/site-mutex.ts";
import { startTimings } from "../edge/timings.ts";
import { buildSummary } from "../render/build-summary.ts";
import { recordsPageFile } from "../render/records-page.ts";
import { TemplateError, type Renderer } from "../render/templates.ts";
import { changedRecords, type RecordChanges } from "../site/changed-records.ts";
import type { SiteConfig } from "../site/config.ts";
import { formatLock } from "../site/lock/lock-text.ts";
import { emptyLock, type Lock } from "../site/lock/lock.ts";
import { phases, type Output, type Phase } from "../site/output.ts";
import { outputsOf } from "../site/outputs.ts";
import { recordsOfLocked, recordsOfPlanned, type SitePlan } from "../site/plan.ts";
import { pageDataOf } from "../site/records-page-data.ts";
import { checkTargets } from "../site/targets/targets.ts";
import { version } from "./version.ts";
import { flag, textOption, wantsColour, type Arguments, type ExitCode, type Io } from "./io.ts";
import { loadPlan, lockName, readClock, siteRoot } from "./load-site.ts";
import { startProgress } from "./progress.ts";
import { formatOf, hasErrors, tell } from "./report.ts";

/** What is to be done to `dist/` and the lock. */
export interface Changes {
  readonly writes: readonly (Write & { readonly isNew: boolean })[];
  readonly stale: readonly string[];
  readonly unchanged: number;
  /** null: the lock stays as it is. */
  readonly lockText: string | null;
}

/** A verb that only looks: `check`, `build --dry-run`. */
export type Mode = "build" | "dry-run" | "check";

/** Runs `build`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  if (flag(args, "dryRun")) return runBuild(args, io, "dry-run");
  const root = siteRoot(textOption(args, "site"));
  if (typeof root !== "string") {
    tell([root], formatOf(args), io, {});
    return 2;
  }
  let taken;
  try {
    taken = takeSite(root);
  } catch (error) {
    const failed = diagnostic("site/cannot-write", { path: ".stspress", detail: describe(error) });
    tell([failed], formatOf(args), io, {});
    return 2;
  }
  if ("pid" in taken) {
    tell([diagnostic("site/busy", taken)], formatOf(args), io, {});
    return 2;
  }
  try {
    return await runBuild(args, io, "build");
  } finally {
    taken.release();
  }
}

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
  if (site === null || plan === null || renderer === null || loadedLock.lock === null) {
    progress.end();
    tell(diagnostics, format, io, {});
    return 2;
  }
  timings.phase("render");
  diagnostics.push(...checkTargets(plan.publications, site.targets));
  const lockText = nextLockText(loadedLock.text, plan);
  if (frozen && lockText !== null) {
    diagnostics.push(diagnostic("lock/frozen", { domains: plan.newIds.map((one) => one.domain) }));
  }
  let dist: Dist;
  let changes: Changes;
  try {
    dist = new Dist(root);
    changes = collect(site, plan, now, renderer, dist, lockText, diagnostics, (done) => {
      progress.show("rendering", done, plan.domains.length * 2);
    });
  } catch (error) {
    progress.end();
    const told = expected(error);
    if (told === null) throw error;
    tell([...diagnostics, told], format, io, {});
    return 2;
  }
  timings.phase("records");
  const records = recordChanges(plan, loadedLock.lock);
  timings.phase("write");
  if (mode === "build" && !hasErrors(diagnostics)) {
    const failed = write(root, dist, changes, loadedLock.text, (done) => {
      progress.show("writing", done, changes.writes.length);
    });
    if (failed !== null) diagnostics.push(failed);
  }
  timings.phase("print");
  progress.end();
  const summary = { mode, changes, plan, records, site };
  tell(diagnostics, format, io, hasErrors(diagnostics) ? {} : buildResult(summary));
  if (hasErrors(diagnostics)) return 2;
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

/** Renders every file, believes none, and compares each with the disk. */
function collect(
  site: SiteConfig,
  plan: SitePlan,
  now: number,
  renderer: Renderer,
  dist: Dist,
  lockText: string | null,
  diagnostics: Diagnostic[],
  progress: (done: number) => void,
): Changes {
  const byPhase: Record<Phase, (Write & { isNew: boolean })[]> = {
    policy: [],
    server: [],
    record: [],
  };
  const zoneTexts = new Map<string, string>();
  let unchanged = 0;
  let done = 0;
  const take = (output: Output) => {
    const content = textOf(output, renderer, diagnostics);
    const zone = /^dns\/([^/]+)\.zone$/.exec(output.path)?.[1];
    if (zone !== undefined) zoneTexts.set(zone, content);
    const compared = dist.compare(output.path, content);
    if (compared === "same") unchanged += 1;
    else byPhase[output.phase].push({ path: output.path, content, isNew: compared === "added" });
    done += 1;
    if (done % 1000 === 0) progress(done);
  };
  for (const output of outputsOf(site, plan)) take(output);
  const zoneTextOf = (domain: string) => zoneTexts.get(domain) ?? "";
  take(recordsPageFile(pageDataOf(version, plan, now, zoneTextOf), readPageAssets()));
  const writes = phases.flatMap((phase) => byPhase[phase]);
  return { writes, stale: dist.stale(), unchanged, lockText };
}

function textOf(output: Output, renderer: Renderer, diagnostics: Diagnostic[]): string {
  if ("text" in output) return output.text;
  const text = renderer.render(output.template, output.data);
  const detail = output.verify(text);
  if (detail !== null) {
    diagnostics.push(diagnostic("template/changed-meaning", { template: output.template, detail }));
  }
  return text;
}

/** The lock first: it must never lag behind what senders can fetch. */
function write(
  root: string,
  dist: Dist,
  changes: Changes,
  lockBefore: string | null,
  progress: (done: number) => void,
): Diagnostic | null {
  try {
    if (changes.lockText !== null) {
      rememberLock(root, lockBefore);
      replaceLock(root, changes.lockText);
    }
    if (changes.writes.length + changes.stale.length > 0) {
      dist.commit(changes.writes, changes.stale, progress);
    }
    return null;
  } catch (error) {
    const told = expected(error);
    if (told === null) throw error;
    return told;
  }
}

/** Writes the lock. Errors: {@link WriteFailed}. */
export function replaceLock(root: string, text: string): void {
  try {
    replaceFile(path.join(root, lockName), text);
  } catch (error) {
    throw new WriteFailed(lockName, error);
  }
}

/** Where the lock before the last build lies, for `records --changed`. */
export const previousLock = ".stspress/previous.lock";

function rememberLock(root: string, text: string | null): void {
  try {
    replaceFile(path.join(root, previousLock), text ?? formatLock(emptyLock));
  } catch (error) {
    throw new WriteFailed(previousLock, error);
  }
}

/** The diagnostic of an error that a user can mend; null for a bug. */
export function expected(error: unknown): Diagnostic | null {
  if (error instanceof TemplateError) return error.diagnostic;
  if (error instanceof NotAFolder) return diagnostic("site/dist-link", { path: error.path });
  if (error instanceof WriteFailed) {
    const detail = describe(error.cause);
    return diagnostic("site/cannot-write", { path: error.path, detail });
  }
  return null;
}

/** The records that this build changes, against those that the lock says were built before. */
function recordChanges(plan: SitePlan, before: Lock): RecordChanges {
  const all: {
    added: RecordChanges["added"][number][];
    changed: RecordChanges["changed"][number][];
    removed: RecordChanges["removed"][number][];
  } = { added: [], changed: [], removed: [] };
  const take = (changes: RecordChanges) => {
    all.added.push(...changes.added);
    all.changed.push(...changes.changed);
    all.removed.push(...changes.removed);
  };
  for (const planned of plan.domains) {
    const { domain } = planned.config;
    take(changedRecords(recordsOfLocked(before, domain), recordsOfPlanned(planned)));
  }
  for (const domain of plan.dropped) take(changedRecords(recordsOfLocked(before, domain), []));
  return all;
}

/** What a build did, for its summary and its JSON. */
export interface BuildSummary {
  readonly mode: Mode;
  readonly changes: Changes;
  readonly plan: SitePlan;
  readonly records: RecordChanges;
  readonly site: SiteConfig;
}

function buildResult({ changes, plan, records }: BuildSummary): object {
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
