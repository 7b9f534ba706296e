/** Takes a policy that somebody else built and published into the lock, its id verbatim. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import { formatTime, type UnixSeconds } from "../stamp.ts";
import { latestSeen } from "./latest-time.ts";
import { reopened } from "./advance.ts";
import { recordSaid } from "./record-look.ts";
import {
  instancesOf,
  superseded,
  unknownDomain,
  unseen,
  type Lock,
  type LockedDomain,
  type Policies,
} from "./lock.ts";

/** A policy that is live already. */
export interface AdoptedPolicy {
  readonly id: string;
  /** As served. */
  readonly text: string;
  /** Of the text. */
  readonly digest: string;
  readonly policy: Policy;
  /** Unix seconds. */
  readonly liveAt: number;
  readonly ttlSeconds: number;
}

/** The lock with the policy as the domain's current instance. Errors: `lock/adopted-before`, `lock/live-time`. */
export function adoptPolicy(lock: Lock, domain: string, adopted: AdoptedPolicy): Result<Lock> {
  const before = lock.domains.get(domain);
  const { id, text, digest, policy, liveAt, ttlSeconds } = adopted;
  if (before !== undefined && instancesOf(before).some((one) => one.id === id)) {
    return failure(diagnostic("lock/adopted-before", { domain, id }));
  }
  // A policy that went live before the lock's own was replaced by that, or the time is wrong.
  const after = before === undefined ? null : latestSeen(before);
  if (after !== null && liveAt < after) {
    const detail = `the lock records something of it at ${formatTime(after)}, after ${formatTime(liveAt)}`;
    return failure(diagnostic("lock/live-time", { domain, detail }));
  }
  const policies = new Map(lock.policies).set(digest, { text, policy });
  const next = adopt(before, { id, digest, liveAt, ttlSeconds }, { policies });
  return success({ ...lock, policies, domains: new Map(lock.domains).set(domain, next) });
}

/** The state after an instance that somebody else built and published was adopted, id verbatim. */
export function adopt(
  before: LockedDomain | undefined,
  adopted: { id: string; digest: string; liveAt: UnixSeconds; ttlSeconds: number },
  lock: Policies,
): LockedDomain {
  const old = before ?? unknownDomain;
  const { id, digest, liveAt, ttlSeconds } = adopted;
  const earlier = [...reopened(old, liveAt, lock)];
  if (old.current !== null) earlier.push(superseded(old.current));
  const current = { ...unseen, id, digest, builtAt: null, ttlSeconds };
  const next: LockedDomain = { ...old, current, earlier, diverged: false };
  const said = recordSaid(next, { servedAt: liveAt, announcedAt: liveAt }, lock);
  // What was built since the adopted policy went live may have been deployed until now.
  const until = (end: UnixSeconds | null, builtAt: UnixSeconds | null) =>
    end === null || builtAt === null ? end : Math.max(end, builtAt);
  return {
    ...said,
    earlier: said.earlier.map((one) => ({
      ...one,
      servedUntil: until(one.servedUntil, one.builtAt),
      announcedUntil: until(one.announcedUntil, one.builtAt),
    })),
  };
}
