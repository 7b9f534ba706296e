/**
 * How what was seen, or is said, moves the timeline of a domain. A sender that meets a new id fetches what the
 * policy host serves at that moment: where that is an earlier text, it holds it under the new id. So an
 * announcement ends an earlier enforce policy only if it is known that the new text was served before.
 *
 * @see docs/safety.md
 */
import type { UnixSeconds } from "../stamp.ts";
import {
  policyOf,
  type EarlierInstance,
  type Instance,
  type LockedDomain,
  type Policies,
} from "./lock.ts";
import type { Look } from "./look.ts";

/** What a look found out about the instance that was built last. */
interface Reading {
  /** Every address that could be asked serves the text of the current instance; for a withdrawn policy: none serves an earlier one. */
  readonly isServed: boolean;
  /** Every name server gives the id of the current instance; for a withdrawn policy: none gives an earlier one. */
  readonly isAnnounced: boolean;
  /** Ids of earlier instances whose text some address serves. */
  readonly stillServed: ReadonlySet<string>;
  /** Ids of earlier instances that some name server gives. */
  readonly stillAnnounced: ReadonlySet<string>;
}

/** Compares a look with the lock: policies byte for byte. */
function readLook(domain: LockedDomain, look: Look, lock: Policies): Reading {
  const { current, earlier } = domain;
  const textOf = (one: Instance): string | undefined => lock.policies.get(one.digest)?.text;
  const reached = look.addresses.filter(({ kind }) => kind !== "not-looked-at");
  // Senders go to others only as long as they have cached them: there an earlier text does harm, nothing else.
  const asked = reached.filter(({ isInDns }) => isInDns);
  const texts = new Set(reached.flatMap((one) => (one.kind === "policy" ? [one.text] : [])));
  const ids = new Set(look.servers.flatMap((one) => (one.kind === "id" ? [one.id] : [])));
  const currentText = current === null ? undefined : textOf(current);
  const stillServed = new Set(
    earlier
      .filter((one) => {
        const text = textOf(one);
        return text !== undefined && text !== currentText && texts.has(text);
      })
      .map(({ id }) => id),
  );
  const stillAnnounced = new Set(earlier.filter(({ id }) => ids.has(id)).map(({ id }) => id));
  const servers = look.servers.filter(
    ({ kind }) => kind !== "not-looked-at" && kind !== "set-aside",
  );
  const answered = servers.length > 0 && servers.every(({ kind }) => kind !== "silent");
  if (current === null) {
    // Nobody fetches from a host that has no address; one that does not answer may come back.
    const isOver = asked.every(({ kind }) => kind !== "silent") && stillServed.size === 0;
    return {
      isServed: look.host === "absent" || (look.host === "found" && isOver),
      isAnnounced: answered && stillAnnounced.size === 0,
      stillServed,
      stillAnnounced,
    };
  }
  return {
    // With one family unknown, an address that serves something else may be overlooked.
    isServed:
      look.host === "found" &&
      asked.length > 0 &&
      asked.every((one) => one.kind === "policy" && one.text === currentText),
    isAnnounced: answered && servers.every((one) => one.kind === "id" && one.id === current.id),
    stillServed,
    stillAnnounced,
  };
}

export interface LookOptions {
  /** The operator says that the policy was served before the id was announced. */
  readonly isPolicyFirst: boolean;
  /** Every record of the domain was found in DNS as it was built. */
  readonly areRecordsPublished: boolean;
}

/** The state of a domain after a look. */
export function recordLook(
  domain: LockedDomain,
  look: Look,
  { isPolicyFirst, areRecordsPublished }: LookOptions,
  lock: Policies,
): LockedDomain {
  const reading = readLook(domain, look, lock);
  const at = look.endedAt;
  const { current } = domain;
  const liveShape = areRecordsPublished ? domain.shape : domain.liveShape;
  const earlier = domain.earlier.map((one) => seenAgain(one, reading));
  if (current === null) {
    const isGone = reading.isServed && reading.isAnnounced;
    const withdrawn = endAll(earlier, reading, at);
    return { ...domain, liveShape: isGone ? liveShape : domain.liveShape, earlier: withdrawn };
  }
  const seen = { ...current, ttlSeconds: Math.max(current.ttlSeconds, ...ttlsOf(look, current)) };
  const isAnnouncedNow = reading.isAnnounced && current.announcedAt === null;
  const isIdSeen = look.servers.some((one) => one.kind === "id" && one.id === current.id);
  const next: Instance = {
    ...seen,
    servedAt: current.servedAt ?? (reading.isServed ? at : null),
    announcedAt: current.announcedAt ?? (reading.isAnnounced ? announcedFrom(look, seen) : null),
    isPolicyFirst:
      current.isPolicyFirst || (isPolicyFirst && reading.isAnnounced && reading.isServed),
    isSaid: current.isSaid || (isPolicyFirst && isAnnouncedNow),
    isSpoiled: current.isSpoiled || (isIdSeen && reading.stillServed.size > 0),
  };
  return {
    ...domain,
    liveShape,
    current: next,
    earlier: endEarlier(earlier, next, reading, at, lock),
  };
}

/** What the operator says of the current instance without anybody looking. */
export interface Said {
  /** null: it is not said to be served, or announced. */
  readonly servedAt: UnixSeconds | null;
  readonly announcedAt: UnixSeconds | null;
}

/** The state of a domain after the operator said what is so. What was recorded before stays. */
export function recordSaid(domain: LockedDomain, said: Said, lock: Policies): LockedDomain {
  const { current } = domain;
  if (current === null) {
    const earlier = domain.earlier.map((one) => ({
      ...one,
      servedUntil: one.servedUntil ?? said.servedAt,
      announcedUntil: one.announcedUntil ?? said.announcedAt,
      isSaid: true,
    }));
    const isAllSaid = said.servedAt !== null && said.announcedAt !== null;
    return { ...domain, earlier, liveShape: isAllSaid ? domain.shape : domain.liveShape };
  }
  const servedAt = current.servedAt ?? said.servedAt;
  const announcedAt = current.announcedAt ?? said.announcedAt;
  const isNew = servedAt !== current.servedAt || announcedAt !== current.announcedAt;
  if (!isNew && current.isPolicyFirst && domain.liveShape === domain.shape) return domain;
  const isFirst = servedAt !== null && announcedAt !== null && servedAt <= announcedAt;
  const next: Instance = {
    ...current,
    servedAt,
    announcedAt,
    isSaid: current.isSaid || isNew,
    isPolicyFirst: current.isPolicyFirst || isFirst,
  };
  const reading: Reading = {
    isServed: servedAt !== null,
    isAnnounced: announcedAt !== null,
    stillServed: new Set(),
    stillAnnounced: new Set(),
  };
  const earlier = domain.earlier.map((one) =>
    endOf(one, next, reading, servedAt ?? 0, announcedAt ?? 0, lock),
  );
  const liveShape = servedAt !== null && announcedAt !== null ? domain.shape : domain.liveShape;
  return { ...domain, current: next, earlier, liveShape };
}

/** Whether it is known that an instance was served before it was announced. */
export function isInOrder(instance: Instance): boolean {
  const { servedAt, announcedAt, isPolicyFirst, isSpoiled } = instance;
  if (isSpoiled || servedAt === null || announcedAt === null) return false;
  return isPolicyFirst || servedAt < announcedAt;
}

/** Reopens what an old server or an old zone gives again. */
function seenAgain(one: EarlierInstance, reading: Reading): EarlierInstance {
  const isServed = reading.stillServed.has(one.id);
  const isAnnounced = reading.stillAnnounced.has(one.id);
  if (!isServed && !isAnnounced) return one;
  return {
    ...one,
    servedUntil: isServed ? null : one.servedUntil,
    announcedUntil: isAnnounced ? null : one.announcedUntil,
    isSeenAgain:
      one.isSeenAgain ||
      (isServed && one.servedUntil !== null) ||
      (isAnnounced && one.announcedUntil !== null),
  };
}

function endEarlier(
  earlier: readonly EarlierInstance[],
  current: Instance,
  reading: Reading,
  at: UnixSeconds,
  lock: Policies,
): EarlierInstance[] {
  // What is seen again ends at this look, what has just been replaced at the first one that saw it.
  const announcedAt = Math.max(at, current.announcedAt ?? at);
  return earlier.map((one) => endOf(one, current, reading, at, announcedAt, lock));
}

function endOf(
  one: EarlierInstance,
  current: Instance,
  reading: Reading,
  servedUntil: UnixSeconds,
  announcedUntil: UnixSeconds,
  lock: Policies,
): EarlierInstance {
  const { stillServed, stillAnnounced } = reading;
  const isReplaced = reading.isServed && !stillServed.has(one.id);
  const mayHoldUnderNewId = policyOf(lock, one).mode === "enforce" && !isInOrder(current);
  const isRenamed =
    reading.isAnnounced && !stillAnnounced.has(one.id) && !current.isSpoiled && !mayHoldUnderNewId;
  const ended = {
    ...one,
    servedUntil: one.servedUntil ?? (isReplaced ? servedUntil : null),
    announcedUntil: one.announcedUntil ?? (isRenamed ? announcedUntil : null),
  };
  const isOver = ended.servedUntil !== null && ended.announcedUntil !== null;
  return isOver ? { ...ended, isSeenAgain: false } : ended;
}

/** The ends after a policy was withdrawn. */
function endAll(
  earlier: readonly EarlierInstance[],
  { isServed, isAnnounced }: Reading,
  at: UnixSeconds,
): EarlierInstance[] {
  return earlier.map((one) => ({
    ...one,
    servedUntil: one.servedUntil ?? (isServed ? at : null),
    announcedUntil: one.announcedUntil ?? (isAnnounced ? at : null),
  }));
}

/** An earlier look saw it served: then that was before, in the same second too. */
function announcedFrom(look: Look, seen: Instance): UnixSeconds {
  const at = look.endedAt + resolverSeconds(look, seen);
  return seen.servedAt === null ? at : Math.max(at, seen.servedAt + 1);
}

function ttlsOf(look: Look, { id }: Instance): number[] {
  return look.servers.flatMap((one) =>
    one.kind === "id" && one.id === id ? [one.ttlSeconds] : [],
  );
}

/** A resolver's answer says nothing of what others have cached: the longest TTL later they have it too. */
function resolverSeconds(look: Look, { ttlSeconds }: Instance): number {
  return look.servers.some(({ isAuthoritative }) => !isAuthoritative) ? ttlSeconds : 0;
}
