/** The latest time that the lock records: no clock that is behind it can be right. */
import type { UnixSeconds } from "../stamp.ts";
import { instancesOf, type Lock, type LockedDomain } from "./lock.ts";

/** The latest time of a domain; null: it has none. */
export function latestTime(domain: LockedDomain): UnixSeconds | null {
  let latest: UnixSeconds | null = null;
  const consider = (time: UnixSeconds | null): void => {
    if (time !== null && (latest === null || time > latest)) latest = time;
  };
  for (const { builtAt, servedAt, announcedAt } of instancesOf(domain)) {
    consider(builtAt);
    consider(servedAt);
    consider(announcedAt);
  }
  for (const { servedUntil, announcedUntil } of domain.earlier) {
    consider(servedUntil);
    consider(announcedUntil);
  }
  return latest;
}

/** The latest time of the whole lock; null: it has none. */
export function latestTimeOf(lock: Pick<Lock, "domains">): UnixSeconds | null {
  let latest: UnixSeconds | null = null;
  for (const domain of lock.domains.values()) {
    const time = latestTime(domain);
    if (time !== null && (latest === null || time > latest)) latest = time;
  }
  return latest;
}
