/** What was tested: for how long which patterns were live in testing mode. */
import { patternCovers } from "../../mta-sts/mx-pattern.ts";
import type { UnixSeconds } from "../stamp.ts";
import {
  instancesOf,
  liveAt,
  policyOf,
  type Instance,
  type LockedDomain,
  type Policies,
} from "./lock.ts";

/** Live days of testing that enforce needs, in seconds. */
export const testingSeconds = 14 * 86_400;

/** Gives the instance that went live last: what senders find today, whatever was built since; null where the policy was withdrawn. */
export function lastLive(domain: LockedDomain): Instance | null {
  if (domain.current === null) return null;
  let last: Instance | null = null;
  for (const one of instancesOf(domain)) {
    const at = liveAt(one);
    if (at !== null && at >= (last === null ? -Infinity : (liveAt(last) ?? 0))) last = one;
  }
  return last;
}

/**
 * From when a policy with these patterns counts as tested: the beginning of the unbroken stretch of live testing
 * policies whose patterns are all covered by them. To add a pattern is harmless; to drop or to replace one
 * starts the days anew. null: what is live now is not in testing, or has other patterns.
 */
export function testedSince(
  domain: LockedDomain,
  mx: readonly string[],
  lock: Policies,
): UnixSeconds | null {
  const live = instancesOf(domain)
    .map((one) => ({ at: liveAt(one), policy: policyOf(lock, one) }))
    .filter((one): one is typeof one & { at: number } => one.at !== null)
    .sort((a, b) => a.at - b.at);
  let since: UnixSeconds | null = null;
  for (const { at, policy } of live.reverse()) {
    if (policy.mode !== "testing" || untested(policy.mx, mx).length > 0) break;
    since = at;
  }
  return since;
}

/** Of patterns that were tested, those that others do not cover. */
export function untested(tested: readonly string[], mx: readonly string[]): readonly string[] {
  return tested.filter((old) => !mx.some((one) => patternCovers(one, old)));
}
