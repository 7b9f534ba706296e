/** Whether a domain should have a policy at all; and delegations that are incomplete. */
import type { Subject } from "./subject.ts";
import { servedBodies } from "./served-policy.ts";
import { readStsTxt } from "./txt-reading.ts";
import type { DnsEvidence } from "../net/dns/dns-evidence.ts";

/**
 * Whether `mta-sts.<domain>` should serve a policy: the site declares one, a TXT record announces one, or one is
 * served. A web server behind a wildcard name is not judged.
 */
export function expectsPolicy({ declared, evidence }: Subject): boolean {
  if (declared !== null && declared.policy !== null) return true;
  const { policyHost, stsTxt } = evidence;
  if (servedBodies(policyHost).some(({ parsed }) => parsed.ok)) return true;
  const reading = readStsTxt(evidence);
  switch (reading.kind) {
    case "absent":
      return stsTxt.aliases.length > 0 && !hasWildcardAlias(evidence) && hasAddress(policyHost);
    case "unanswered":
      return hasAddress(policyHost);
    default:
      return true;
  }
}

/** Whether a host has an address, as far as the DNS answered. */
export function hasAddress(host: {
  readonly a: DnsEvidence<unknown>;
  readonly aaaa: DnsEvidence<unknown>;
}): boolean {
  return [host.a, host.aaaa].some(
    ({ status, records }) => status === "found" && records.length > 0,
  );
}

/** Whether every name below the domain is an alias, so that an alias proves nothing. */
export function hasWildcardAlias({
  wildcardTxt,
}: {
  readonly wildcardTxt: DnsEvidence<unknown>;
}): boolean {
  return wildcardTxt.aliases.length > 0;
}

/** A delegation with only one of its two names. */
export interface HalfDelegation {
  readonly missing: string;
  readonly present: string;
  /** Where the name that exists points to. */
  readonly target: string;
  readonly half: "record" | "policy-host";
}

/**
 * Finds a delegation that has only one of its two names.
 * @see RFC 8461 §8.2
 */
export function halfDelegation(subject: Subject): HalfDelegation | null {
  const { evidence, declared } = subject;
  const { stsTxt, policyHost } = evidence;
  if (hasWildcardAlias(evidence)) return null;
  const reading = readStsTxt(evidence);
  const [target] = stsTxt.aliases;
  const [hostTarget] = [...policyHost.a.aliases, ...policyHost.aaaa.aliases];
  const [sts, host] = [stsTxt.name, policyHost.host];
  if (reading.kind === "record" && target !== undefined) {
    const answers = [policyHost.a, policyHost.aaaa];
    const nothing = answers.every(
      ({ status, aliases }) =>
        (status === "no-data" || status === "no-name") && aliases.length === 0,
    );
    return nothing ? { missing: host, present: sts, target, half: "policy-host" } : null;
  }
  // A CNAME to a hosting platform is not a delegation.
  const elsewhere = declared === null || declared.delegation !== null;
  if (
    reading.kind === "absent" &&
    target === undefined &&
    hostTarget !== undefined &&
    elsewhere &&
    hasAddress(policyHost)
  ) {
    return { missing: sts, present: host, target: hostTarget, half: "record" };
  }
  return null;
}
