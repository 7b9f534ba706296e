/** Whether the policy host has addresses in the DNS, and those that the site declares. */
import { parseIpv6 } from "../../names/ip-address.ts";
import type { HostAddress } from "../../config/site-config.ts";
import type { PolicyHostEvidence } from "../evidence.ts";
import { expectsPolicy, halfDelegation, hasAddress } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { listNames } from "../wording.ts";
import { lookupFailureFix, lookupFailureText, type LookupFailure } from "../failure-text.ts";

const host = "mta-sts.example.com";

export const policyHostDns = defineRule(
  {
    "policy-host/unanswered": prose<{
      host: string;
      type: "A" | "AAAA" | null;
      failure: LookupFailure;
    }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 8461 §3.3",
      reason:
        "A sender that cannot resolve the policy host keeps the policy that it holds. It is unknown whether there is a policy to fetch.",
      example: { host, type: null, failure: "servfail" },
      message: (a) =>
        `the ${a.type === null ? "" : `${a.type} `}addresses of ${a.host} could not be looked up: ${lookupFailureText(a.failure)}`,
      fix: (a) => lookupFailureFix(a.failure),
    }),
    "policy-host/unresolved": prose<{ host: string; target: string | null }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.3",
      reason:
        "Senders fetch the policy from this host only. Without an address there is no policy, whatever the TXT record announces.",
      example: { host, target: null },
      message: (a) =>
        a.target === null
          ? `${a.host} has no address`
          : `${a.host} is an alias of ${a.target}, which has no address`,
      fix: (a) => `publish A, AAAA or CNAME records at ${a.host}: \`stspress records\` prints them`,
    }),
    "policy-host/address-differs": prose<{
      host: string;
      live: readonly string[];
      declared: readonly string[];
    }>({
      severity: "warning",
      effect: "none",
      reason:
        "The policy host does not point to the address of its `target`. Nobody sees what you deploy there, and its certificate cannot be issued.",
      example: { host, live: ["198.51.100.7"], declared: ["192.0.2.10"] },
      message: (a) =>
        `${a.host} points to ${listNames(a.live, 4)}, but the site declares ${listNames(a.declared, 4)}`,
      fix: (a) =>
        `publish the records at ${a.host} that \`stspress records\` prints, or correct the target's address`,
    }),
  },
  (subject, add) => {
    const { policyHost } = subject.evidence;
    const { host, a, aaaa } = policyHost;
    const where = { kind: "policy-host", host, address: null } as const;
    if (subject.declared !== null && subject.declared.address !== null) {
      const found = difference(policyHost, subject.declared.address);
      if (found !== null) add("policy-host/address-differs", { host, ...found }, where);
    }
    if (!expectsPolicy(subject) || halfDelegation(subject)?.half === "policy-host") return;
    const failed = [a, aaaa].filter(({ status }) => status === "failed");
    const [first] = failed;
    if (first !== undefined) {
      const type = failed.length === 2 ? null : first === a ? "A" : "AAAA";
      add("policy-host/unanswered", { host, type, failure: first.failure }, where);
    } else if (!hasAddress(policyHost)) {
      const target = [...a.aliases, ...aaaa.aliases].at(-1) ?? null;
      add("policy-host/unresolved", { host, target }, where);
    }
  },
);

/** Where the host points and where it should; null: there is no difference, or it is unknown. */
function difference(
  evidence: PolicyHostEvidence,
  { ipv4, ipv6, host }: HostAddress,
): { readonly live: readonly string[]; readonly declared: readonly string[] } | null {
  const { a, aaaa } = evidence;
  if (!hasAddress(evidence)) return null;
  if (host !== null) {
    const aliases = [...new Set([...a.aliases, ...aaaa.aliases])];
    // Some DNS servers flatten aliases, so there is nothing to compare.
    if (aliases.length === 0 || aliases.includes(host)) return null;
    return { live: aliases.slice(0, 1), declared: [host] };
  }
  const declared = [...ipv4, ...ipv6];
  if (declared.length === 0 || a.status === "failed" || aaaa.status === "failed") return null;
  const live = [...a.records, ...aaaa.records].map(({ address }) => parseIpv6(address) ?? address);
  const same =
    live.every((one) => declared.includes(one)) && declared.every((one) => live.includes(one));
  return same ? null : { live: [...new Set(live)], declared };
}
