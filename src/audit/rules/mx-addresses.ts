/** Whether the hosts of the MX records have addresses of their own. */
import { hasAddress } from "../expects-policy.ts";
import type { MxHostEvidence } from "../evidence.ts";
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { lookupFailureFix, lookupFailureText, type LookupFailure } from "../failure-text.ts";

const host = "mx1.example.com";

export const mxAddresses = defineRule(
  {
    "mx/alias": prose<{ host: string; target: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 5321 §5.1",
      reason:
        "The name in an MX record must have addresses of its own and must not be a CNAME. Most senders follow the CNAME, but they disagree about which name the certificate must have: the one in the MX record or the one at the end.",
      example: { host, target: "mail.example.net" },
      message: (a) =>
        `the MX host ${a.host} is an alias of ${a.target === a.host ? "itself" : a.target}`,
      fix: (a) =>
        `${a.target === a.host ? "" : `name ${a.target} in the MX record, or `}give ${a.host} its own A and AAAA records`,
    }),
    "mx/unresolved": prose<{ host: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 5321 §5.1",
      reason:
        "Senders skip an MX host without an address. No mail is lost while other MX hosts answer, so you do not notice until they fail.",
      example: { host },
      message: (a) => `the MX host ${a.host} has no address`,
      fix: (a) => `publish A or AAAA records for ${a.host}, or remove its MX record`,
    }),
    "mx/none-resolves": prose<{ domain: string; hosts: number }>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason: "If no MX host has an address, no mail arrives, with or without a policy.",
      example: { domain: "example.com", hosts: 2 },
      message: (a) =>
        a.hosts === 1
          ? `the only MX host of ${a.domain} has no address`
          : `none of the ${String(a.hosts)} MX hosts of ${a.domain} has an address`,
      fix: () => "publish A or AAAA records for the hosts in the MX records",
    }),
    "mx/address-unanswered": prose<{
      host: string;
      type: "A" | "AAAA" | null;
      failure: LookupFailure;
    }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 5321 §5.1",
      reason:
        "The address could not be looked up, so it could not be probed. It is unknown whether mail to it would arrive under an enforced policy.",
      example: { host, type: "AAAA", failure: "timeout" },
      message: (a) =>
        `the ${a.type === null ? "" : `${a.type} `}addresses of the MX host ${a.host} could not be looked up: ${lookupFailureText(a.failure)}`,
      fix: (a) => lookupFailureFix(a.failure),
    }),
  },
  (subject, add) => {
    const hosts = mxHostsOf(subject);
    let unresolved = 0;
    for (const { host, seen } of hosts) {
      const where = { kind: "mx", host, address: null } as const;
      const target = seen === null ? undefined : [...seen.a.aliases, ...seen.aaaa.aliases].at(-1);
      if (target !== undefined) add("mx/alias", { host, target }, where);
      const open = unansweredOf(seen);
      if (open !== null) {
        add("mx/address-unanswered", { host, ...open }, where);
      } else if (seen !== null && !hasAddress(seen)) {
        unresolved += 1;
        add("mx/unresolved", { host }, where);
      }
    }
    if (unresolved > 0 && unresolved === hosts.length) {
      const { domain, evidence } = subject;
      const where = { kind: "dns", name: evidence.mx.name } as const;
      add("mx/none-resolves", { domain, hosts: unresolved }, where);
    }
  },
);

/** The address type whose lookup failed, `null` for both; or null if none failed. */
function unansweredOf(
  seen: MxHostEvidence | null,
): { readonly type: "A" | "AAAA" | null; readonly failure: LookupFailure } | null {
  if (seen === null) return { type: null, failure: null };
  const { a, aaaa } = seen;
  if (a.status === "failed") {
    return { type: aaaa.status === "failed" ? null : "A", failure: a.failure };
  }
  return aaaa.status === "failed" ? { type: "AAAA", failure: aaaa.failure } : null;
}
