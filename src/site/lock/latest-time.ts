/** The latest time that the lock records: no clock that is behind it can be right. */
import type { UnixSeconds } from "../stamp.ts";
import { instancesOf, type Lock, type LockedDomain } from "./lock.ts";

/** The latest time of a domain; null: it has none. */
export function latestTime(domain: LockedDomain): UnixSeconds | null {
  return latestOf([...seenTimes(domain), ...instancesOf(domain).map(({ builtAt }) => builtAt)]);
}

/** The latest time at which something of a domain was seen or said to be live; null: never. */
export function latestSeen(domain: LockedDomain): UnixSeconds | null {
  return latestOf(seenTimes(domain));
}

function seenTimes(domain: LockedDomain): (UnixSeconds | null)[] {
  return [
    ...instancesOf(domain).flatMap(({ servedAt, announcedAt }) => [servedAt, announcedAt]),
    ...domain.earlier.flatMap(({ servedUntil, announcedUntil }) => [servedUntil, announcedUntil]),
  ];
}

function latestOf(times: readonly (UnixSeconds | null)[]): UnixSeconds | null {
  let latest: UnixSeconds | null = null;
  for (const time of times) if (time !== null && time > (latest ?? -Infinity)) latest = time;
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
