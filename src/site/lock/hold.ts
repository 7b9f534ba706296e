/**
 * Until when senders may hold what was replaced: the hold. It is never stored: it follows from what the lock
 * records of an instance, so that one place decides.
 *
 * @see RFC 8461 §8.3, docs/safety.md
 */
import type { UnixSeconds } from "../stamp.ts";
import { policyOf, type EarlierInstance, type LockedDomain, type Policies } from "./lock.ts";

/** Until when a sender may hold an earlier instance: a time, `open` while that has no end, null when none is held. */
export type Hold = UnixSeconds | "open" | null;

/** Some senders keep a policy whose max_age is very short for a day (Stalwart below one hour). */
const minHeldSeconds = 86_400;

/**
 * Gives the latest moment at which some sender may hold an earlier instance; null: it has no end yet. A sender may
 * fetch the text as long as an address serves it, and may renew it as long as a resolver gives an id that it knows.
 */
export function heldUntil(
  domain: LockedDomain,
  instance: EarlierInstance,
  lock: Policies,
): UnixSeconds | null {
  const { servedUntil, announcedUntil } = instance;
  if (servedUntil === null || announcedUntil === null) return null;
  const fetchedUntil = Math.max(servedUntil, announcedUntil + cachedSeconds(domain, instance));
  return fetchedUntil + heldSeconds(instance, lock);
}

/** For how long a sender keeps an instance that it has fetched or renewed, in seconds. */
export function heldSeconds(instance: EarlierInstance, lock: Policies): number {
  return Math.max(policyOf(lock, instance).maxAgeSeconds, minHeldSeconds);
}

/** For how long resolvers may give an id that was replaced: the longest TTL of any that was announced until then. */
function cachedSeconds({ earlier }: LockedDomain, instance: EarlierInstance): number {
  let longest = instance.ttlSeconds;
  for (let at = earlier.length - 1; at >= 0; at -= 1) {
    const later = earlier[at];
    if (later === undefined || later.id === instance.id) break;
    const from = later.announcedAt ?? later.builtAt ?? 0;
    if (from < (instance.announcedUntil ?? 0)) longest = Math.max(longest, later.ttlSeconds);
  }
  return longest;
}

/** The hold of a domain at a time: the latest of its earlier instances' (RFC 8461 §8.3). */
export function holdOf(domain: LockedDomain, lock: Policies, now: UnixSeconds): Hold {
  let latest: UnixSeconds | null = null;
  for (const instance of domain.earlier) {
    const until = heldUntil(domain, instance, lock);
    if (until === null) return "open";
    if (until > now) latest = Math.max(latest ?? 0, until);
  }
  return latest;
}

/** The earlier instances that senders may hold at a time. */
export function heldInstances(
  domain: LockedDomain,
  lock: Policies,
  now: UnixSeconds,
): readonly EarlierInstance[] {
  return domain.earlier.filter((instance) => {
    const until = heldUntil(domain, instance, lock);
    return until === null || until > now;
  });
}
