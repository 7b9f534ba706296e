/**
 * The lock: every instance of a policy that some sender may hold, per domain, on a timeline. Two facts of an
 * instance begin at different times, and senders differ in which they look at: most fetch when they see a new id,
 * some renew on an equal id without fetching, some never look at the id. So the lock keeps both: when it was
 * served, and when it was announced. What the lock does not know has not happened.
 *
 * @see RFC 8461 §3.1 (the id), §8.3 (removal: wait for the latest expiry of all earlier instances)
 */
import type { Policy } from "../../mta-sts/policy.ts";
import type { DnsShape } from "../dns-records.ts";
import type { UnixSeconds } from "../stamp.ts";
import type { ZoneSerial } from "../zone-serial.ts";

/** One policy text under one id. */
export interface Instance {
  readonly id: string;
  /** Key into {@link Lock.policies}. */
  readonly digest: string;
  /** When it was built; null for an instance adopted from elsewhere, whose id is only ever compared for equality. */
  readonly builtAt: UnixSeconds | null;
  /** From when every address of the policy host serves its text; null: not recorded. */
  readonly servedAt: UnixSeconds | null;
  /** From when every name server gives its id; null: not recorded. */
  readonly announcedAt: UnixSeconds | null;
  /** The longest TTL that its `_mta-sts` TXT record was published with, in seconds. */
  readonly ttlSeconds: number;
  /** Some of this was said, not seen: by `live --no-check`, `adopt`, or a lock of format 1. */
  readonly isSaid: boolean;
  /** The operator says that it was served before it was announced, which nobody saw. */
  readonly isPolicyFirst: boolean;
  /** It was announced while an address still served an earlier text: senders may hold that text under this id. */
  readonly isSpoiled: boolean;
}

/** An instance that has a successor, or that was withdrawn. */
export interface EarlierInstance extends Instance {
  /** From when no address serves its text; null: not recorded. */
  readonly servedUntil: UnixSeconds | null;
  /** From when no name server gives an id under which senders may have got its text; null: not recorded. */
  readonly announcedUntil: UnixSeconds | null;
  /** Its text or id was seen again after it had been replaced: an old server, an old zone. */
  readonly isSeenAgain: boolean;
}

export interface LockedDomain {
  /** null: no policy is published (any more). */
  readonly current: Instance | null;
  /** Oldest first. */
  readonly earlier: readonly EarlierInstance[];
  /** Key into {@link Lock.shapes}: the records of the last build; null: none are published any more. */
  readonly shape: string | null;
  /** Key into {@link Lock.shapes}: the records that were last recorded as published; null: none were. */
  readonly liveShape: string | null;
  /**
   * The lock was read from two sides of a merge whose texts differ: the next build gives a new id
   * whatever is declared. Never written.
   */
  readonly diverged: boolean;
}

export interface LockedPolicy {
  readonly text: string;
  readonly policy: Policy;
}

export interface Lock {
  /** Each distinct policy text once, by digest. */
  readonly policies: ReadonlyMap<string, LockedPolicy>;
  /** Each distinct set of DNS settings once, by digest. */
  readonly shapes: ReadonlyMap<string, DnsShape>;
  readonly domains: ReadonlyMap<string, LockedDomain>;
  /** SOA serials of the zones that domains are delegated to. */
  readonly zones: ReadonlyMap<string, ZoneSerial>;
}

/** What tells the text of an instance. */
export type Policies = Pick<Lock, "policies">;

export const emptyLock: Lock = {
  policies: new Map(),
  shapes: new Map(),
  domains: new Map(),
  zones: new Map(),
};

export const unknownDomain: LockedDomain = {
  current: null,
  earlier: [],
  shape: null,
  liveShape: null,
  diverged: false,
};

/** What nobody has recorded anything of yet. */
export const unseen = {
  servedAt: null,
  announcedAt: null,
  isSaid: false,
  isPolicyFirst: false,
  isSpoiled: false,
} as const;

/** An instance that was just replaced or withdrawn: nothing says yet that the world has followed. */
export function superseded(instance: Instance): EarlierInstance {
  return { ...instance, servedUntil: null, announcedUntil: null, isSeenAgain: false };
}

/** The earlier instances, the last of which is no longer taken to have ended when it was withdrawn. */
export function withLastOpen(earlier: readonly EarlierInstance[]): readonly EarlierInstance[] {
  const last = earlier.at(-1);
  if (last === undefined) return earlier;
  return earlier.with(-1, { ...last, servedUntil: null, announcedUntil: null });
}

/** From when an instance is live, which is served and announced; null: it is not, or nobody has recorded it. */
export function liveAt({ servedAt, announcedAt }: Instance): UnixSeconds | null {
  return servedAt === null || announcedAt === null ? null : Math.max(servedAt, announcedAt);
}

/** Every instance of a domain, oldest first. */
export function instancesOf({ current, earlier }: LockedDomain): readonly Instance[] {
  return current === null ? earlier : [...earlier, current];
}

/** The id that name servers give as far as the lock knows; of a withdrawn policy the one that is to be removed. */
export function announcedId({ current, earlier }: LockedDomain): string | null {
  if (current !== null && current.announcedAt !== null) return current.id;
  const last = earlier.findLast(
    (one) => one.announcedAt !== null && (current === null || one.announcedUntil === null),
  );
  return last?.id ?? null;
}

/** The policy of an instance; a lock that was read has checked that it is there. */
export function policyOf(lock: Policies, instance: Instance): Policy {
  const found = lock.policies.get(instance.digest);
  if (found === undefined) throw new Error(`the lock lost the policy text ${instance.digest}`);
  return found.policy;
}
