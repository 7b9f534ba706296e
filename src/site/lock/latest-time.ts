/** The latest time that the lock records: no clock that is behind it can be right. */
import type { UnixSeconds } from "../stamp.ts";
import { instancesOf, type Lock, type LockedDomain } from "./lock.ts";

/** The latest time of a domain; null: it has none. */
export function latestTime(domain: LockedDomain): UnixSeconds | null {
  let latest = latestSeen(domain);
  for (const { builtAt } of instancesOf(domain)) latest = later(latest, builtAt);
  return latest;
}

/** The latest time at which something of a domain was seen or said to be live; null: never. */
export function latestSeen(domain: LockedDomain): UnixSeconds | null {
  let latest: UnixSeconds | null = null;
  for (const { servedAt, announcedAt } of instancesOf(domain)) {
    latest = later(later(latest, servedAt), announcedAt);
  }
  for (const { servedUntil, announcedUntil } of domain.earlier) {
    latest = later(later(latest, servedUntil), announcedUntil);
  }
  return latest;
}

function later(a: UnixSeconds | null, b: UnixSeconds | null): UnixSeconds | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** The latest time of the whole lock; null: it has none. */
export function latestTimeOf(lock: Pick<Lock, "domains">): UnixSeconds | null {
  let latest: UnixSeconds | null = null;
  for (const domain of lock.domains.values()) latest = later(latest, latestTime(domain));
  return latest;
}
