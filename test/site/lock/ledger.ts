/** One domain's state in the lock, moved as the commands move it. */
import { shortDigest } from "../../../src/runtime/digest.ts";
import { formatPolicy, type Mode, type Policy } from "../../../src/mta-sts/policy.ts";
import { adopt, advance, prune, recordLive } from "../../../src/site/lock/advance.ts";
import { formatLock, parseLock, type LockText } from "../../../src/site/lock/lock-text.ts";
import {
  emptyLock,
  policyOf,
  unknownDomain,
  type Instance,
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
      { digest: this.#know(declared), mode: declared?.mode ?? null, ttlSeconds, shape: null },
      now,
      this.#modeOf,
      this.#maxAgeOf,
    );
    return this;
  }

  live(at: number): this {
    this.domain = recordLive(this.domain, at, this.#maxAgeOf);
    return this;
  }

  adopt(id: string, adopted: Policy, liveAt: number, ttlSeconds = hour): this {
    const digest = this.#know(adopted) ?? "";
    this.domain = adopt(
      this.domain,
      { id, digest, mode: adopted.mode, liveAt, ttlSeconds },
      this.#modeOf,
      this.#maxAgeOf,
    );
    return this;
  }

  prune(now: number): LockedDomain | null {
    return prune(this.domain, now);
  }

  get id(): string | undefined {
    return this.domain.current?.id;
  }

  /** The ids of the earlier instances with the end of their hold. */
  get holds(): readonly (readonly [string, number | null])[] {
    return this.domain.earlier.map(({ id, heldUntil }) => [id, heldUntil]);
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

  readonly #modeOf = (instance: Instance) => policyOf(this, instance).mode;
  readonly #maxAgeOf = (instance: Instance) => policyOf(this, instance).maxAgeSeconds;
}

/** Git's conflict over the bodies of locks; `base` as `merge.conflictStyle = diff3` adds it. */
export function conflictOf(ours: Lock, theirs: Lock, base?: Lock): string {
  const body = (lock: Lock) => formatLock(lock).split("\n").slice(2).join("\n");
  const header = formatLock(emptyLock);
  const middle = base === undefined ? "" : `||||||| base\n${body(base)}`;
  return `${header}<<<<<<< HEAD\n${body(ours)}${middle}=======\n${body(theirs)}>>>>>>> other\n`;
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
