/**
 * The lock: every instance of a policy that some sender may hold, per domain. The build knows only
 * when it built; that an instance went live is recorded by `stspress live`, and until then the
 * predecessor's hold has no end.
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
  /** When it was recorded live, or null. */
  readonly liveAt: UnixSeconds | null;
  /** The longest TTL that its `_mta-sts` TXT record was published with, in seconds. */
  readonly ttlSeconds: number;
}

/** An instance that has a successor. */
export interface EarlierInstance extends Instance {
  /** The latest moment at which a sender may still hold it: successor live + TTL + max_age. null: the successor was not recorded live yet, so there is no end. */
  readonly heldUntil: UnixSeconds | null;
}

export interface LockedDomain {
  /** null: no policy is published (any more). */
  readonly current: Instance | null;
  /** When the present mode went live; an mx edit does not move it. */
  readonly modeLiveAt: UnixSeconds | null;
  /** Oldest first. */
  readonly earlier: readonly EarlierInstance[];
  /** Key into {@link Lock.shapes}: the records of the last build; null: none are published any more. */
  readonly shape: string | null;
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

export const emptyLock: Lock = {
  policies: new Map(),
  shapes: new Map(),
  domains: new Map(),
  zones: new Map(),
};

export const unknownDomain: LockedDomain = {
  current: null,
  modeLiveAt: null,
  earlier: [],
  shape: null,
  diverged: false,
};

/** Until when a sender may hold an earlier instance: a time, `open` while that has no end, null when none is held. */
export type Hold = UnixSeconds | "open" | null;

/** The hold of a domain at a time: the latest of its earlier instances' (RFC 8461 §8.3). */
export function holdOf(domain: LockedDomain, now: UnixSeconds): Hold {
  let latest: UnixSeconds | null = null;
  for (const instance of domain.earlier) {
    if (instance.heldUntil === null) return "open";
    if (instance.heldUntil > now) latest = Math.max(latest ?? 0, instance.heldUntil);
  }
  return latest;
}

/** An earlier instance that senders may hold at a time. */
export function isHeld(instance: EarlierInstance, now: UnixSeconds): boolean {
  return instance.heldUntil === null || instance.heldUntil > now;
}

/** The policy of an instance; a lock that was read has checked that it is there. */
export function policyOf(lock: Pick<Lock, "policies">, instance: Instance): Policy {
  const found = lock.policies.get(instance.digest);
  if (found === undefined) throw new Error(`the lock lost the policy text ${instance.digest}`);
  return found.policy;
}
