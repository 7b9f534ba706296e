/** Site and lock → what is declared of each domain, for an audit to compare. */
import type { DeclaredDomain, DeclaredInstance } from "./subject.ts";
import type { DomainConfig, SiteConfig } from "../config/site-config.ts";
import {
  liveAt,
  policyOf,
  type Instance,
  type Lock,
  type LockedDomain,
} from "../site/lock/lock.ts";
import { testedSince, testingSeconds } from "../site/lock/testing.ts";

/** Makes a function that gives what is declared of a domain; null if the site does not declare it. */
export function declaredOf(
  site: SiteConfig,
  lock: Lock,
): (domain: string) => DeclaredDomain | null {
  const byName = new Map<string, DomainConfig>(site.domains.map((one) => [one.domain, one]));
  const instance = (one: Instance): DeclaredInstance => {
    const found = lock.policies.get(one.digest);
    if (found === undefined) throw new Error(`the lock lost the policy text ${one.digest}`);
    return { id: one.id, text: found.text, policy: found.policy, liveAt: liveAt(one) };
  };
  return (domain) => {
    const config = byName.get(domain);
    if (config === undefined) return null;
    const locked = lock.domains.get(domain);
    return {
      policy: config.mtaSts?.policy ?? null,
      profilePatterns: new Set(config.mtaSts?.profileMx),
      rua: config.rua,
      target: config.target,
      address: addressOf(site, config),
      delegation: config.delegation,
      enforceFrom: locked === undefined ? null : enforceFromOf(locked, lock),
      current: locked?.current == null ? null : instance(locked.current),
      earlier: (locked?.earlier ?? []).map(instance),
    };
  };
}

function enforceFromOf(locked: LockedDomain, lock: Lock): number | null {
  const { current } = locked;
  if (current === null || liveAt(current) === null) return null;
  const policy = policyOf(lock, current);
  const since = policy.mode === "testing" ? testedSince(locked, policy.mx, lock) : null;
  return since === null ? null : since + testingSeconds;
}

function addressOf(site: SiteConfig, { target }: DomainConfig) {
  const address = site.targets[target]?.address;
  if (address === undefined) return null;
  const { ipv4, ipv6, host } = address;
  return ipv4.length === 0 && ipv6.length === 0 && host === null ? null : address;
}
