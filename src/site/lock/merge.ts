/**
 * Two sides of a merge of the lock. Nobody knows which of them was deployed, so both may have been:
 * the union of the instances is kept, every hold at its latest.
 */
import {
  superseded,
  withLastOpen,
  type EarlierInstance,
  type Instance,
  type LockedDomain,
} from "./lock.ts";

/** Unites two locked states of one domain, whichever is given first. */
export function mergeDomain(a: LockedDomain, b: LockedDomain): LockedDomain {
  const [newer, older] = isSuccessor(a, b) ? [a, b] : [b, a];
  const current = newer.current ?? older.current;
  const earlier = new Map<string, EarlierInstance>();
  for (const side of [older, newer]) {
    // A side that withdrew its policy, which the other side publishes: that tells its end.
    const isBack = current !== null && side.current === null;
    for (const one of isBack ? withLastOpen(side.earlier) : side.earlier) keep(earlier, one);
  }
  const branched = !sameId(a, b) && !descends(newer, older);
  if (branched && older.current !== null && older.current.id !== current?.id) {
    keep(earlier, superseded(older.current));
  }
  if (current !== null) earlier.delete(current.id);
  const both = sameId(a, b) && a.current !== null && b.current !== null;
  return {
    // Of two ids for one text nobody knows which is served: `live` must be said again to end the holds.
    current: both ? uniteInstances(a.current, b.current) : branched ? unrecorded(current) : current,
    earlier: [...earlier.values()].sort((x, y) => began(x) - began(y)),
    shape: newer.shape ?? older.shape,
    // Of two different ones nobody knows which is published.
    liveShape: a.liveShape === b.liveShape ? a.liveShape : null,
    diverged:
      a.diverged ||
      b.diverged ||
      (branched && a.current?.digest !== b.current?.digest) ||
      (current !== null && wasSucceeded(newer, current)),
  };
}

/** Whether `a` went on from `b`; where neither did, whether it was built later. */
function isSuccessor(a: LockedDomain, b: LockedDomain): boolean {
  if (descends(a, b)) return true;
  if (descends(b, a)) return false;
  return (a.current?.builtAt ?? -1) > (b.current?.builtAt ?? -1);
}

/** Whether the later side's history holds what the earlier side calls current: then only one side changed. */
function descends(later: LockedDomain, earlier: LockedDomain): boolean {
  return earlier.current === null
    ? later.current !== null && earlier.earlier.every((one) => has(later, one))
    : has(later, earlier.current);
}

function has(domain: LockedDomain, instance: Instance): boolean {
  return domain.earlier.some((one) => one.id === instance.id && one.digest === instance.digest);
}

/** Whether a side that publishes nothing any more went on to other policies before that: then the old id may not return. */
function wasSucceeded(side: LockedDomain, instance: Instance): boolean {
  return side.current === null && side.earlier.at(-1)?.id !== instance.id;
}

function sameId(a: LockedDomain, b: LockedDomain): boolean {
  return a.current?.id === b.current?.id && a.current?.digest === b.current?.digest;
}

function keep(into: Map<string, EarlierInstance>, instance: EarlierInstance): void {
  const known = into.get(instance.id);
  if (known === undefined) {
    into.set(instance.id, instance);
    return;
  }
  const isSeenAgain = known.isSeenAgain || instance.isSeenAgain;
  // The side that knows an end has recorded a successor; the other one only did not hear of it. But what was seen
  // again after its end has none.
  const end = isSeenAgain ? bothOrNull : latest;
  into.set(instance.id, {
    ...uniteInstances(known, instance),
    servedUntil: end(known.servedUntil, instance.servedUntil),
    announcedUntil: end(known.announcedUntil, instance.announcedUntil),
    isSeenAgain,
  });
}

/** When an instance was built, or for one from elsewhere, went live. */
function began(instance: Instance): number {
  return instance.builtAt ?? instance.servedAt ?? instance.announcedAt ?? 0;
}

function unrecorded(instance: Instance | null): Instance | null {
  return instance === null ? null : { ...instance, servedAt: null, announcedAt: null };
}

function uniteInstances(a: Instance, b: Instance): Instance {
  return {
    ...a,
    servedAt: latest(a.servedAt, b.servedAt),
    announcedAt: latest(a.announcedAt, b.announcedAt),
    ttlSeconds: Math.max(a.ttlSeconds, b.ttlSeconds),
    isSaid: a.isSaid || b.isSaid,
    isPolicyFirst: a.isPolicyFirst || b.isPolicyFirst,
    isSpoiled: a.isSpoiled || b.isSpoiled,
  };
}

/** The later of two times; one that is known beats one that is not. */
function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** The later of two times, if both are known. */
function bothOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
