/** How a build moves the lock: new instances, withdrawn ones, those that are forgotten. */
import { formatStamp, lastSecond, type UnixSeconds } from "../stamp.ts";
import { heldUntil } from "./hold.ts";
import {
  instancesOf,
  superseded,
  unknownDomain,
  unseen,
  withLastOpen,
  type EarlierInstance,
  type LockedDomain,
  type Policies,
} from "./lock.ts";

/** Earlier instances are forgotten this long after their hold ended. */
export const keepSeconds = 90 * 86_400;

/** What a build is about to publish for a domain. */
export interface Declared {
  /** Digest of the policy text, or null when only TLS-RPT is declared. */
  readonly digest: string | null;
  readonly ttlSeconds: number;
  readonly shape: string | null;
  /** The user wants a new id, whether or not the text changes. */
  readonly isNewId: boolean;
}

/**
 * The state after a build. The id changes exactly when the policy text does, because an id must
 * uniquely identify a policy instance (RFC 8461 §3.1): a return to an older text is a new instance. It changes
 * too where the present id is spoiled, because only another one ends what senders may hold under it.
 */
export function advance(
  before: LockedDomain | undefined,
  declared: Declared,
  now: UnixSeconds,
  lock: Policies,
): LockedDomain {
  const old = before ?? unknownDomain;
  const { current } = old;
  const { shape } = declared;
  if (declared.digest === null) {
    if (current === null) return { ...old, shape, diverged: false };
    const { liveShape } = old;
    // Nothing will tell when the world has followed, so the build counts. A successor, if one comes, tells more.
    const withdrawn = { ...superseded(current), servedUntil: now, announcedUntil: now };
    const earlier = inOrder(old.earlier, withdrawn);
    return { current: null, earlier, shape, liveShape, diverged: false };
  }
  const keepsId = !old.diverged && !declared.isNewId && current?.isSpoiled !== true;
  if (keepsId && current?.digest === declared.digest) {
    // A resolver may have cached the record while its TTL was longer.
    const ttlSeconds = Math.max(current.ttlSeconds, declared.ttlSeconds);
    return { ...old, current: { ...current, ttlSeconds }, shape };
  }
  const builtAt = nextBuild(old, now);
  return {
    current: {
      ...unseen,
      id: formatStamp(builtAt),
      digest: declared.digest,
      builtAt,
      ttlSeconds: declared.ttlSeconds,
    },
    earlier:
      current === null ? reopened(old, now, lock) : inOrder(old.earlier, superseded(current)),
    shape,
    liveShape: old.liveShape,
    diverged: false,
  };
}

/** Oldest first, also where a merge brought an instance from a side that built later. */
function inOrder(
  earlier: readonly EarlierInstance[],
  instance: EarlierInstance,
): EarlierInstance[] {
  const { builtAt } = instance;
  const before = earlier.findLastIndex(
    (one) => one.builtAt === null || builtAt === null || one.builtAt < builtAt,
  );
  return earlier.toSpliced(before + 1, 0, instance);
}

/**
 * The earlier instances of a domain that is given a policy again. The end of the one that was withdrawn counts
 * from a build that perhaps nobody deployed; now it has a successor, which tells its end.
 */
export function reopened(
  domain: LockedDomain,
  now: UnixSeconds,
  lock: Policies,
): readonly EarlierInstance[] {
  const last = domain.earlier.at(-1);
  if (domain.current !== null || last === undefined) return domain.earlier;
  const until = heldUntil(domain, last, lock);
  if (until === null || until <= now) return domain.earlier;
  return withLastOpen(domain.earlier);
}

/** max(clock, last + 1 s), and never an id that was adopted. */
function nextBuild(domain: LockedDomain, now: UnixSeconds): UnixSeconds {
  const known = instancesOf(domain);
  const ids = new Set(known.map((instance) => instance.id));
  let next = now;
  for (const { builtAt } of known) if (builtAt !== null && builtAt >= next) next = builtAt + 1;
  while (ids.has(formatStamp(next))) next += 1;
  if (next > lastSecond)
    throw new Error("no id is left: the clock or the lock is in the year 9999");
  return next;
}

/**
 * Forgets earlier instances whose hold ended long ago; null when nothing of the domain is left to know. `by` is
 * a time that the lock itself records, not the clock: one run with a wrong clock must not end a hold.
 */
export function prune(domain: LockedDomain, by: UnixSeconds, lock: Policies): LockedDomain | null {
  const kept = domain.earlier.filter((instance) => {
    const until = heldUntil(domain, instance, lock);
    return until === null || until + keepSeconds > by;
  });
  if (domain.current === null && domain.shape === null && kept.length === 0) return null;
  return kept.length === domain.earlier.length ? domain : { ...domain, earlier: kept };
}
