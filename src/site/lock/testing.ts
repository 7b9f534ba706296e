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
 * starts the days anew. What was only built breaks the stretch too, unless it is covered: it may have been deployed
 * without anybody recording it. null: what is live now is not in testing, or has other patterns.
 */
export function testedSince(
  domain: LockedDomain,
  mx: readonly string[],
  lock: Policies,
): UnixSeconds | null {
  let since: UnixSeconds | null = null;
  for (const one of instancesOf(domain).toReversed()) {
    const policy = policyOf(lock, one);
    const at = liveAt(one);
    if (policy.mode === "none" || untested(policy.mx, mx).length > 0) break;
    if (at === null) continue;
    if (policy.mode === "enforce") break;
    since = Math.min(since ?? at, at);
  }
  return since;
}

/** Whether a policy that asks for nothing was built since an instance, and is perhaps deployed. */
export function wasNoneSince(domain: LockedDomain, live: Instance, lock: Policies): boolean {
  return builtSince(domain, live).some((one) => policyOf(lock, one).mode === "none");
}

/** Patterns that were live last, or built since and perhaps deployed, and that others do not cover. */
export function untestedSince(
  domain: LockedDomain,
  live: Instance,
  mx: readonly string[],
  lock: Policies,
): readonly string[] {
  const since = builtSince(domain, live);
  return [...new Set(since.flatMap((one) => untested(policyOf(lock, one).mx, mx)))];
}

function builtSince(domain: LockedDomain, live: Instance): readonly Instance[] {
  const all = instancesOf(domain);
  return all.slice(all.findIndex(({ id }) => id === live.id));
}

/** Of patterns that were tested, those that others do not cover. */
function untested(tested: readonly string[], mx: readonly string[]): readonly string[] {
  return tested.filter((old) => !mx.some((one) => patternCovers(one, old)));
}
