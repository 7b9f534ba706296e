/** Whether the hosts of the MX records have addresses, and have them themselves. */
import { hasAddress } from "../expectation.ts";
import type { MxHostEvidence } from "../evidence.ts";
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { dnsFix, dnsWhy, type DnsFailure } from "../failure-texts.ts";

const host = "mx1.example.com";

export const mxAddresses = defineRule(
  {
    "mx/alias": prose<{ host: string; target: string }>({
      severity: "warning",
      effect: "none",
      source: "RFC 5321 §5.1",
      reason:
        "The name in an MX record must have addresses of its own and be no CNAME. Most senders follow it all the same, but they disagree about which name the certificate has to carry: the one in the MX record or the one at the end.",
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
        "Senders skip an MX host without an address. That costs no mail as long as others answer, and hides until they do not.",
      example: { host },
      message: (a) => `the MX host ${a.host} has no address`,
      fix: (a) => `publish A or AAAA records for ${a.host}, or remove its MX record`,
    }),
    "mx/none-resolves": prose<{ domain: string; hosts: number }>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason:
        "Without a single MX host that has an address no mail arrives, with a policy or without.",
      example: { domain: "example.com", hosts: 2 },
      message: (a) =>
        a.hosts === 1
          ? `the only MX host of ${a.domain} has no address`
          : `none of the ${String(a.hosts)} MX hosts of ${a.domain} has an address`,
      fix: () => "publish A or AAAA records for the hosts that the MX records name",
    }),
    "mx/address-unanswered": prose<{
      host: string;
      type: "A" | "AAAA" | null;
      failure: DnsFailure;
    }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 5321 §5.1",
      reason:
        "The address could not be looked up, so it could not be probed. It is unknown whether mail to it would survive an enforced policy.",
      example: { host, type: "AAAA", failure: "timeout" },
      message: (a) =>
        `the ${a.type === null ? "" : `${a.type} `}addresses of the MX host ${a.host} are not known: ${dnsWhy(a.failure)}`,
      fix: (a) => dnsFix(a.failure),
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

/** The family of which nobody knows, `null` for both; or null where everything was answered. */
function unansweredOf(
  seen: MxHostEvidence | null,
): { readonly type: "A" | "AAAA" | null; readonly failure: DnsFailure } | null {
  if (seen === null) return { type: null, failure: null };
  const { a, aaaa } = seen;
  if (a.status === "failed") {
    return { type: aaaa.status === "failed" ? null : "A", failure: a.failure };
  }
  return aaaa.status === "failed" ? { type: "AAAA", failure: aaaa.failure } : null;
}
