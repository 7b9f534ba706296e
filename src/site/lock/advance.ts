/** How the lock moves: by a build, by a deployment that was recorded, by an adoption. */
import { formatStamp, lastSecond, type UnixSeconds } from "../stamp.ts";
import { unknownDomain, type EarlierInstance, type Instance, type LockedDomain } from "./lock.ts";

/** Earlier instances are forgotten this long after their hold ended. */
export const keepSeconds = 90 * 86_400;

/** What a build is about to publish for a domain. */
export interface Declared {
  /** Digest of the policy text, or null when only TLS-RPT is declared. */
  readonly digest: string | null;
  readonly mode: "none" | "testing" | "enforce" | null;
  readonly ttlSeconds: number;
  readonly shape: string | null;
}

/** Tells the mode of a locked instance. */
export type ModeOf = (instance: Instance) => string;

/**
 * The state after a build. The id changes exactly when the policy text does, because an id must
 * uniquely identify a policy instance (RFC 8461 §3.1): a return to an older text is a new instance.
 */
export function advance(
  before: LockedDomain | undefined,
  declared: Declared,
  now: UnixSeconds,
  modeOf: ModeOf,
  maxAgeOf: (instance: Instance) => number,
): LockedDomain {
  const old = before ?? unknownDomain;
  const { current } = old;
  if (declared.digest === null) {
    if (current === null) return { ...old, shape: declared.shape, diverged: false };
    // Without a successor nothing will ever be recorded live: the hold counts from the build that removed it.
    const heldUntil = now + current.ttlSeconds + maxAgeOf(current);
    return {
      current: null,
      modeLiveAt: null,
      earlier: withSuperseded(old.earlier, { ...current, heldUntil }),
      shape: declared.shape,
      diverged: false,
    };
  }
  if (current?.digest === declared.digest && !old.diverged) {
    // A resolver may have cached the record while its TTL was longer.
    const ttlSeconds = Math.max(current.ttlSeconds, declared.ttlSeconds);
    return { ...old, current: { ...current, ttlSeconds }, shape: declared.shape };
  }
  const builtAt = nextBuild(old, now);
  const sameMode = current !== null && modeOf(current) === declared.mode;
  return {
    current: {
      id: formatStamp(builtAt),
      digest: declared.digest,
      builtAt,
      liveAt: null,
      ttlSeconds: declared.ttlSeconds,
    },
    modeLiveAt: sameMode ? old.modeLiveAt : null,
    earlier:
      current === null
        ? reopened(old, now)
        : withSuperseded(old.earlier, { ...current, heldUntil: null }),
    shape: declared.shape,
    diverged: false,
  };
}

/** Oldest first, also where a merge brought an instance from a side that built later. */
function withSuperseded(
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
 * The earlier instances of a domain that is given a policy again. The end of the one that was removed
 * is calculated from a build that perhaps nobody deployed; now it has a successor, which tells its end.
 */
export function reopened(
  domain: LockedDomain,
  now: UnixSeconds = -Infinity,
): readonly EarlierInstance[] {
  const last = domain.earlier.at(-1);
  if (domain.current !== null || last?.heldUntil == null || last.heldUntil <= now) {
    return domain.earlier;
  }
  return [...domain.earlier.slice(0, -1), { ...last, heldUntil: null }];
}

/** max(clock, last + 1 s), and never an id that was adopted. */
function nextBuild(domain: LockedDomain, now: UnixSeconds): UnixSeconds {
  const known = [...domain.earlier, ...(domain.current === null ? [] : [domain.current])];
  const ids = new Set(known.map((instance) => instance.id));
  let next = now;
  for (const { builtAt } of known) if (builtAt !== null && builtAt >= next) next = builtAt + 1;
  while (ids.has(formatStamp(next))) next += 1;
  if (next > lastSecond)
    throw new Error("no id is left: the clock or the lock is in the year 9999");
  return next;
}

/** The state after the current instance was seen or declared live at a time. The first time counts. */
export function recordLive(
  domain: LockedDomain,
  at: UnixSeconds,
  maxAgeOf: (instance: Instance) => number,
): LockedDomain {
  const { current } = domain;
  if (current === null || current.liveAt !== null) return domain;
  return {
    ...domain,
    current: { ...current, liveAt: at },
    modeLiveAt: domain.modeLiveAt ?? at,
    earlier: domain.earlier.map((instance) =>
      instance.heldUntil === null
        ? { ...instance, heldUntil: at + instance.ttlSeconds + maxAgeOf(instance) }
        : instance,
    ),
  };
}

/** The state after an instance that somebody else built and published was adopted, id verbatim. */
export function adopt(
  before: LockedDomain | undefined,
  adopted: { id: string; digest: string; mode: string; liveAt: UnixSeconds; ttlSeconds: number },
  modeOf: ModeOf,
  maxAgeOf: (instance: Instance) => number,
): LockedDomain {
  const old = before ?? unknownDomain;
  const { current } = old;
  const sameMode = current !== null && modeOf(current) === adopted.mode;
  const superseded: EarlierInstance[] = [...reopened(old, adopted.liveAt)];
  if (current !== null) superseded.push({ ...current, heldUntil: null });
  const next: LockedDomain = {
    ...old,
    current: {
      id: adopted.id,
      digest: adopted.digest,
      builtAt: null,
      liveAt: null,
      ttlSeconds: adopted.ttlSeconds,
    },
    modeLiveAt: sameMode ? old.modeLiveAt : null,
    earlier: superseded,
    diverged: false,
  };
  return recordLive(next, adopted.liveAt, maxAgeOf);
}

/** Forgets earlier instances whose hold ended long ago; null when nothing of the domain is left to know. */
export function prune(domain: LockedDomain, now: UnixSeconds): LockedDomain | null {
  const kept = domain.earlier.filter(
    ({ heldUntil }) => heldUntil === null || heldUntil + keepSeconds > now,
  );
  if (domain.current === null && domain.shape === null && kept.length === 0) return null;
  return kept.length === domain.earlier.length ? domain : { ...domain, earlier: kept };
}
