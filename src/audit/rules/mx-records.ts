/** The domain's MX records: whether there are any, and whether each names a host. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { prose } from "../finding.ts";
import { isAddressLiteral } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { dnsFix, dnsWhy, type DnsFailure } from "../failure-texts.ts";

const domain = "example.com";

export const mxRecords = defineRule(
  {
    "mx/unanswered": prose<{ domain: string; failure: DnsFailure }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 5321 §5.1",
      reason:
        "Without the MX records it is unknown which hosts a policy must cover. A DNS failure does not mean that the domain has no mail: senders retry, so audit again.",
      example: { domain, failure: "servfail" },
      message: (a) => `the MX records of ${a.domain} are not known: ${dnsWhy(a.failure)}`,
      fix: (a) => dnsFix(a.failure),
    }),
    "mx/unknown-domain": prose<{ domain: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8020 §2",
      reason:
        "NXDOMAIN says that neither the name nor anything below it exists, so no mail and no policy can reach it. Mostly the name is misspelt or the registration has lapsed; who registers it next receives its mail.",
      example: { domain },
      message: (a) => `${a.domain} does not exist in the DNS (NXDOMAIN)`,
      fix: () => "check the spelling, the registration and the delegation to the name servers",
    }),
    "mx/none": prose<{ domain: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason:
        "Without an MX record senders fall back to the domain's own address. RFC 8461 matches patterns against MX records, and senders differ in what they make of a domain that has none.",
      example: { domain },
      message: (a) => `${a.domain} has no MX record`,
      fix: (a) =>
        `publish an MX record for ${a.domain} that names the host it receives at; a domain without mail needs no policy`,
    }),
    "mx/null": prose<{ domain: string }>({
      severity: "warning",
      effect: "no",
      source: "RFC 7505 §3",
      reason:
        "A null MX says that the domain takes no mail, so there is no host that a policy could protect. A policy beside it is a leftover, or the null MX is a mistake.",
      example: { domain },
      message: (a) => `${a.domain} takes no mail: its only MX record is the null MX`,
      fix: (a) => `retire the policy of ${a.domain}, or publish the MX records that it should have`,
    }),
    "mx/null-beside-others": prose<{ domain: string; others: number }>({
      severity: "warning",
      effect: "none",
      source: "RFC 7505 §3",
      reason:
        "A null MX must stand alone. Beside other records some senders take the domain for one that refuses all mail, others try to resolve the root.",
      example: { domain, others: 1 },
      message: (a) =>
        `${a.domain} has a null MX beside ${String(a.others)} other MX ${a.others === 1 ? "record" : "records"}`,
      fix: () => "remove the record with the exchange `.`",
    }),
    "mx/address-literal": prose<{ domain: string; exchange: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason:
        "An MX record holds a host name. Senders look an address up as if it were a name, find nothing, and neither a policy's pattern nor a certificate can name it.",
      example: { domain, exchange: "192.0.2.25" },
      message: (a) =>
        `an MX record of ${a.domain} names the address ${quote(a.exchange)}, not a host`,
      fix: () => "give the address a host name with an A or AAAA record, and name that host",
    }),
  },
  ({ domain, evidence }, add) => {
    const { mx } = evidence;
    const where = { kind: "dns", name: mx.name } as const;
    const exchanges = new Set(mx.records.map(({ exchange }) => exchange));
    if (mx.status === "failed") add("mx/unanswered", { domain, failure: mx.failure }, where);
    else if (mx.status === "no-name") add("mx/unknown-domain", { domain }, where);
    else if (mx.status === "no-data" || exchanges.size === 0) add("mx/none", { domain }, where);
    else if (exchanges.has("")) {
      const others = exchanges.size - 1;
      if (others === 0) add("mx/null", { domain }, where);
      else add("mx/null-beside-others", { domain, others }, where);
    }
    if (mx.status !== "found") return;
    for (const exchange of exchanges) {
      if (!isAddressLiteral(exchange)) continue;
      const place = { kind: "mx", host: exchange, address: null } as const;
      add("mx/address-literal", { domain, exchange }, place);
    }
  },
);
