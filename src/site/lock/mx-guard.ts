/**
 * What an edit of the patterns, or of the mode, means for the MX records while senders may enforce an earlier
 * policy: whatever is declared now, they refuse hosts that it does not name.
 *
 * @see RFC 8461 §8.1
 */
import { patternCovers, patternsOverlap } from "../../mta-sts/mx-pattern.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import type { DomainConfig } from "../../config/site-config.ts";
import { formatSpan, formatTime, type UnixSeconds } from "../stamp.ts";
import { heldSeconds, heldUntil } from "./hold.ts";
import {
  liveAt,
  policyOf,
  type EarlierInstance,
  type LockedDomain,
  type Policies,
} from "./lock.ts";

/** A finding about MX records; times are in words, null: not known yet. */
export type MxGuarded =
  | {
      readonly code: "lock/mx-replaced" | "lock/overlap-skipped";
      readonly about: { held: readonly string[]; until: string | null };
    }
  | {
      readonly code: "lock/mx-added";
      readonly about: { patterns: readonly string[]; until: string | null; wait: string };
    }
  | {
      readonly code: "lock/mx-removed";
      readonly about: { patterns: readonly string[]; ttl: string };
    }
  | {
      readonly code: "lock/mx-stays";
      readonly about: { patterns: readonly string[]; until: string | null };
    };

/** An enforce policy that senders may hold. */
interface Enforced {
  readonly policy: Policy;
  readonly until: UnixSeconds | null;
  /** For how long after it was replaced senders may hold it, in seconds. */
  readonly wait: number;
}

/** Judges the declared patterns beside those that senders may enforce. */
export function guardMx(
  config: DomainConfig,
  after: LockedDomain,
  held: readonly EarlierInstance[],
  lock: Policies,
): MxGuarded[] {
  const { mtaSts } = config;
  const enforced = held
    .map((instance) => enforcedOf(instance, after, lock))
    .filter((one) => one.policy.mode === "enforce");
  if (mtaSts === null || enforced.length === 0) return [];
  const { mode, mx } = mtaSts.policy;
  const isLive = after.current !== null && liveAt(after.current) !== null;
  const replaced =
    mode === "enforce" ? enforced.find(({ policy }) => !overlap(policy.mx, mx)) : undefined;
  if (replaced !== undefined) {
    const code = mtaSts.skipOverlap === null ? "lock/mx-replaced" : "lock/overlap-skipped";
    const until = replaced.until === null ? null : formatTime(replaced.until);
    return [{ code, about: { held: replaced.policy.mx, until } }];
  }
  return [
    ...added(mx, enforced),
    ...(mode === "enforce" ? removed(config, mx, enforced, isLive) : []),
    ...stays(mode, enforced),
  ];
}

function enforcedOf(instance: EarlierInstance, after: LockedDomain, lock: Policies): Enforced {
  return {
    policy: policyOf(lock, instance),
    until: heldUntil(after, instance, lock),
    wait: instance.ttlSeconds + heldSeconds(instance, lock),
  };
}

function added(mx: readonly string[], enforced: readonly Enforced[]): MxGuarded[] {
  const holding = enforced.filter(({ policy }) => uncovered(mx, policy.mx).length > 0);
  const patterns = mx.filter((one) =>
    holding.some(({ policy }) => uncovered([one], policy.mx).length > 0),
  );
  if (patterns.length === 0) return [];
  const wait = formatSpan(Math.max(...holding.map((one) => one.wait)));
  return [{ code: "lock/mx-added", about: { patterns, until: lastOf(holding), wait } }];
}

/** Once the new policy is live the moment for this advice is over. */
function removed(
  config: DomainConfig,
  mx: readonly string[],
  enforced: readonly Enforced[],
  isLive: boolean,
): MxGuarded[] {
  const patterns = uncovered(patternsOf(enforced), mx);
  if (isLive || patterns.length === 0) return [];
  return [{ code: "lock/mx-removed", about: { patterns, ttl: formatSpan(config.ttlSeconds) } }];
}

/**
 * What must stay in the MX records on the way down, said as long as the hold lasts: senders may enforce the
 * earlier policy, whatever is declared now. A host that one of several does not name is refused by who holds that.
 */
function stays(mode: Policy["mode"], enforced: readonly Enforced[]): MxGuarded[] {
  if (mode === "enforce") return [];
  const all = patternsOf(enforced);
  const common = all.filter((one) =>
    enforced.every(({ policy }) => uncovered([one], policy.mx).length === 0),
  );
  const patterns = common.length > 0 ? common : all;
  return [{ code: "lock/mx-stays", about: { patterns, until: lastOf(enforced) } }];
}

function patternsOf(enforced: readonly Enforced[]): string[] {
  return [...new Set(enforced.flatMap(({ policy }) => policy.mx))];
}

function uncovered(patterns: readonly string[], by: readonly string[]): string[] {
  return patterns.filter((one) => !by.some((old) => patternCovers(old, one)));
}

function overlap(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) => b.some((other) => patternsOverlap(one, other)));
}

/** The last end, in words; null while one has none. */
function lastOf(enforced: readonly Enforced[]): string | null {
  let last = 0;
  for (const { until } of enforced) {
    if (until === null) return null;
    last = Math.max(last, until);
  }
  return formatTime(last);
}
