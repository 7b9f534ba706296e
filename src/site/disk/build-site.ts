/** From the folder of YAML to `dist/` and the lock: build, its dry run, and check. */
import type { SiteConfig } from "../../config/site-config.ts";
import { severityOf } from "../../diagnostics/catalogue.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { loadPlan, type PlannedSite } from "../load/load-site.ts";
import { formatLock } from "../lock/lock-text.ts";
import type { Lock } from "../lock/lock.ts";
import type { SitePlan } from "../plan.ts";
import { checkTargets } from "../targets/targets.ts";
import { Dist } from "./dist.ts";
import { FileMaker } from "./file-maker.ts";
import { collectChanges, SiteWriter, type Changes } from "./site-writer.ts";
import { expected } from "./write-diagnostic.ts";

export interface BuildOrder {
  readonly root: string;
  /** Unix seconds. */
  readonly now: number;
  /** Whether anything is written; false for `check` and `build --dry-run`. */
  readonly writes: boolean;
  /** Whether the lock may not change. */
  readonly frozen: boolean;
  /** A missing lock is a first build, whatever tells of an earlier one. */
  readonly newLock: boolean;
  /** Domains that get a new id although their policy is the same. */
  readonly newIds: ReadonlySet<string>;
  /** How many files of each phase are listed. */
  readonly listed: number;
  readonly phase: (name: string) => void;
  readonly progress: (phase: string, done: number, total: number) => void;
}

/** What a build did, or would do. */
export interface Built {
  readonly changes: Changes;
  readonly plan: SitePlan;
  readonly site: SiteConfig;
  /** The lock before. */
  readonly lockBefore: Lock;
}

/** `built` is null where there is an error: then nothing was written. */
export interface BuildResult {
  readonly built: Built | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Builds a site, or finds out what building it would do. */
export async function buildSite(order: BuildOrder): Promise<BuildResult> {
  const { planned, diagnostics } = await loadPlan(order.root, order.now, {
    threads: 2,
    remember: order.writes,
    pruning: !order.frozen,
    newLock: order.newLock,
    newIds: order.newIds,
    phase: order.phase,
    progress: (done, total) => {
      order.progress("reading", done, total);
    },
  });
  if (planned === null) return { built: null, diagnostics };
  try {
    const { changes, found } = await makeFiles(order, planned, diagnostics);
    const all = [...diagnostics, ...found];
    if (hasErrors(all)) return { built: null, diagnostics: all };
    const { plan, site, lock: lockBefore } = planned;
    return { built: { changes, plan, site, lockBefore }, diagnostics: all };
  } catch (error) {
    const failed = expected(error);
    if (failed === null) throw error;
    return { built: null, diagnostics: [...diagnostics, failed] };
  }
}

/** Makes every file and compares it with the disk; writes what differs where that is wanted and nothing is wrong. */
async function makeFiles(
  order: BuildOrder,
  { site, plan, renderer, lock, lockText }: PlannedSite,
  before: readonly Diagnostic[],
): Promise<{ changes: Changes; found: readonly Diagnostic[] }> {
  order.phase("render");
  const found: Diagnostic[] = [...checkTargets(plan.publications, site.targets)];
  const dist = new Dist(order.root);
  const writer = order.writes ? new SiteWriter(order.root, dist) : null;
  try {
    const maker = new FileMaker(site, plan, order.now, renderer);
    const collected = await collectChanges(maker, dist, writer, order.listed, (done) => {
      order.progress("rendering", done, plan.domains.length * 2);
    });
    found.push(...maker.diagnostics);
    const changes = { ...collected, lockText: nextLockText(lockText, plan) };
    if (order.frozen && changes.lockText !== null && formatLock(plan.lock) !== formatLock(lock)) {
      const domains = plan.newIds.map((one) => one.domain);
      found.push(diagnostic("lock/frozen", { domains }));
    }
    order.phase("write");
    if (writer !== null && !hasErrors([...before, ...found])) {
      await writer.write(changes, lockText, (done) => {
        order.progress("writing", done, changes.added + changes.changed);
      });
    }
    return { changes, found };
  } finally {
    await writer?.end();
  }
}

function nextLockText(before: string | null, plan: SitePlan): string | null {
  const text = formatLock(plan.lock);
  return text === before ? null : text;
}

function hasErrors(found: readonly Diagnostic[]): boolean {
  return found.some((one) => severityOf(one.code) === "error");
}
