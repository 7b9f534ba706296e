/** One domain's state in the lock, moved as the commands move it. */
import { shortDigest } from "../../../src/runtime/digest.ts";
import { formatPolicy, type Mode, type Policy } from "../../../src/mta-sts/policy.ts";
import { adopt } from "../../../src/site/lock/adoption.ts";
import { advance, prune } from "../../../src/site/lock/advance.ts";
import { heldUntil, holdOf, type Hold } from "../../../src/site/lock/hold.ts";
import { recordSaid } from "../../../src/site/lock/record-look.ts";
import { testedSince } from "../../../src/site/lock/testing.ts";
import { formatStamp, parseStamp } from "../../../src/site/stamp.ts";
import { formatLock, parseLock, type LockText } from "../../../src/site/lock/lock-text.ts";
import {
  emptyLock,
  policyOf,
  unknownDomain,
  type Lock,
  type LockedDomain,
  type LockedPolicy,
} from "../../../src/site/lock/lock.ts";

export const hour = 3600;
export const day = 86_400;
/** 2026-11-01T09:00:00Z */
export const start = 1_793_523_600;

/** A policy of one week. */
export function policy(mode: Mode, mx: readonly string[] = ["mx1.acme.de"], days = 7): Policy {
  return { mode, mx: mode === "none" ? [] : mx, maxAgeSeconds: days * day, extensions: [] };
}

export class Ledger {
  domain: LockedDomain;
  readonly policies: Map<string, LockedPolicy>;

  constructor(
    domain: LockedDomain = unknownDomain,
    policies: ReadonlyMap<string, LockedPolicy> = new Map(),
  ) {
    this.domain = domain;
    this.policies = new Map(policies);
  }

  /** A second history that begins where this one is: the other branch of a merge. */
  branch(): Ledger {
    return new Ledger(this.domain, this.policies);
  }

  build(declared: Policy | null, now: number, ttlSeconds = hour): this {
    this.domain = advance(
      this.domain,
      { digest: this.#know(declared), ttlSeconds, shape: null, isNewId: false },
      now,
      this,
    );
    return this;
  }

  live(at: number): this {
    this.domain = recordSaid(this.domain, { servedAt: at, announcedAt: at }, this);
    return this;
  }

  adopt(id: string, adopted: Policy, liveAt: number, ttlSeconds = hour): this {
    const digest = this.#know(adopted) ?? "";
    this.domain = adopt(this.domain, { id, digest, liveAt, ttlSeconds }, this);
    return this;
  }

  prune(now: number): LockedDomain | null {
    return prune(this.domain, now, this);
  }

  get id(): string | undefined {
    return this.domain.current?.id;
  }

  /** The ids of the earlier instances with the end of their hold. */
  get holds(): readonly (readonly [string, number | null])[] {
    return this.domain.earlier.map((one) => [one.id, heldUntil(this.domain, one, this)]);
  }

  hold(now: number): Hold {
    return holdOf(this.domain, this, now);
  }

  /** From when the patterns of the present policy count as tested. */
  get testedSince(): number | null {
    const { current } = this.domain;
    return current === null ? null : testedSince(this.domain, policyOf(this, current).mx, this);
  }

  get lock(): Lock {
    return { ...emptyLock, policies: this.policies, domains: new Map([["acme.de", this.domain]]) };
  }

  #know(declared: Policy | null): string | null {
    if (declared === null) return null;
    const text = formatPolicy(declared);
    const digest = shortDigest(text);
    this.policies.set(digest, { text, policy: declared });
    return digest;
  }
}

/** Git's conflict over the bodies of locks; `base` as `merge.conflictStyle = diff3` adds it. */
export function conflictOf(ours: Lock, theirs: Lock, base?: Lock): string {
  const body = (lock: Lock) => formatLock(lock).split("\n").slice(2).join("\n");
  const header = formatLock(emptyLock);
  const middle = base === undefined ? "" : `||||||| base\n${body(base)}`;
  return `${header}<<<<<<< HEAD\n${body(ours)}${middle}=======\n${body(theirs)}>>>>>>> other\n`;
}

/**
 * The lock as stspress 0.2 wrote it: one time, `live`, and of an earlier instance the end of its hold. Only for a lock in
 * which everything is live, in order: of anything else that version knew less.
 */
export function asFormat1(lock: Lock): string {
  const stamp = (text: string | undefined): number => parseStamp(text ?? "") ?? 0;
  return formatLock(lock)
    .replace("stspress.lock 2", "stspress.lock 1")
    .replace(/ live_dns=\S+/g, "")
    .replace(/ marks=\S+/g, "")
    .replace(
      /policy=(\S+) (built=\S+) ttl=(\d+) served=([\w-]+)(?:\.\.(\w+))? announced=([\w-]+)(?:\.\.(\w+))?/g,
      (_, digest: string, built: string, ttl: string, ...times: (string | undefined)[]) => {
        const [served, servedTo, announced, announcedTo] = times;
        const isLive = served !== "-" && announced !== "-";
        const live = isLive ? formatStamp(Math.max(stamp(served), stamp(announced))) : "-";
        const maxAge = lock.policies.get(digest)?.policy.maxAgeSeconds ?? 0;
        const end = Math.max(stamp(servedTo), stamp(announcedTo)) + Number(ttl) + maxAge;
        const held = servedTo === undefined ? "" : ` held=${formatStamp(end)}`;
        return `policy=${digest} ${built} ttl=${ttl} live=${live}${held}`;
      },
    );
}

/** Reads a lock that must be readable. */
export function read(text: string): LockText {
  const parsed = parseLock(text, shortDigest);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

/** What a conflict makes of the domain, ready for the next build. */
export function merged(ours: Ledger, theirs: Ledger, base?: Ledger): Ledger {
  const { lock } = read(conflictOf(ours.lock, theirs.lock, base?.lock));
  return new Ledger(lock.domains.get("acme.de"), lock.policies);
}
