/** Takes a policy that somebody else built and published into the lock, its id verbatim. */
import type { Policy } from "../../mta-sts/policy.ts";
import { adopt } from "./advance.ts";
import { policyOf, type Lock } from "./lock.ts";

/** A policy that is live already. */
export interface AdoptedPolicy {
  readonly id: string;
  /** As served. */
  readonly text: string;
  /** Of the text. */
  readonly digest: string;
  readonly policy: Policy;
  /** Unix seconds. */
  readonly liveAt: number;
  readonly ttlSeconds: number;
}

/** The lock with the policy as the domain's current instance; null where the domain had that id before. */
export function adoptPolicy(lock: Lock, domain: string, adopted: AdoptedPolicy): Lock | null {
  const before = lock.domains.get(domain);
  const known = [...(before?.earlier ?? []), ...(before?.current ? [before.current] : [])];
  const { id, text, digest, policy, liveAt, ttlSeconds } = adopted;
  if (known.some((one) => one.id === id)) return null;
  const policies = new Map(lock.policies).set(digest, { text, policy });
  const next = adopt(
    before,
    { id, digest, mode: policy.mode, liveAt, ttlSeconds },
    (one) => policyOf({ policies }, one).mode,
    (one) => policyOf({ policies }, one).maxAgeSeconds,
  );
  return { ...lock, policies, domains: new Map(lock.domains).set(domain, next) };
}
