/** Site and lock → what is declared of each domain, for an audit to compare. */
import type { DeclaredDomain, DeclaredInstance } from "./subject.ts";
import type { DomainConfig, SiteConfig } from "../config/site-config.ts";
import { liveAt, type Instance, type Lock } from "../site/lock/lock.ts";

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
      current: locked?.current == null ? null : instance(locked.current),
      earlier: (locked?.earlier ?? []).map(instance),
    };
  };
}

function addressOf(site: SiteConfig, { target }: DomainConfig) {
  const address = site.targets[target]?.address;
  if (address === undefined) return null;
  const { ipv4, ipv6, host } = address;
  return ipv4.length === 0 && ipv6.length === 0 && host === null ? null : address;
}
