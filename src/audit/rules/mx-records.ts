/** The domain's MX records: whether there are any, and whether each names a host. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { prose } from "../finding.ts";
import { isAddressLiteral } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { lookupFailureFix, lookupFailureText, type LookupFailure } from "../failure-text.ts";

const domain = "example.com";

export const mxRecords = defineRule(
  {
    "mx/unanswered": prose<{ domain: string; failure: LookupFailure }>({
      severity: "warning",
      effect: "unknown",
      source: "RFC 5321 §5.1",
      reason:
        "Without the MX records it is unknown which hosts a policy must cover. A DNS failure does not mean that the domain has no mail: senders retry, so audit again.",
      example: { domain, failure: "servfail" },
      message: (a) =>
        `the MX records of ${a.domain} could not be looked up: ${lookupFailureText(a.failure)}`,
      fix: (a) => lookupFailureFix(a.failure),
    }),
    "mx/unknown-domain": prose<{ domain: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8020 §2",
      reason:
        "NXDOMAIN says that neither the name nor anything below it exists, so no mail and no policy can reach it. Usually the name is misspelt or the registration has lapsed; whoever registers it next receives its mail.",
      example: { domain },
      message: (a) => `${a.domain} does not exist in the DNS (NXDOMAIN)`,
      fix: () => "check the spelling, the registration and the delegation to the name servers",
    }),
    "mx/none": prose<{ domain: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason:
        "Without an MX record senders fall back to the domain's own address. RFC 8461 matches patterns against MX records, and senders treat a domain that has none differently.",
      example: { domain },
      message: (a) => `${a.domain} has no MX record`,
      fix: (a) =>
        `publish an MX record for ${a.domain} that names the host that receives its mail; a domain without mail needs no policy`,
    }),
    "mx/null": prose<{ domain: string }>({
      severity: "warning",
      effect: "no",
      source: "RFC 7505 §3",
      reason:
        "A null MX says that the domain accepts no mail, so there is no host that a policy could protect. Either the policy is left over, or the null MX is a mistake.",
      example: { domain },
      message: (a) => `${a.domain} accepts no mail: its only MX record is a null MX`,
      fix: (a) => `retire the policy of ${a.domain}, or publish its MX records`,
    }),
    "mx/null-beside-others": prose<{ domain: string; others: number }>({
      severity: "warning",
      effect: "none",
      source: "RFC 7505 §3",
      reason:
        "A null MX must be the only MX record. If there are others, some senders conclude that the domain refuses all mail, and some try to resolve the root.",
      example: { domain, others: 1 },
      message: (a) =>
        `${a.domain} has a null MX and ${String(a.others)} other MX ${a.others === 1 ? "record" : "records"}`,
      fix: () => "remove the MX record with the exchange `.`",
    }),
    "mx/address-literal": prose<{ domain: string; exchange: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 5321 §5.1",
      reason:
        "An MX record must hold a host name. Senders look up an address as if it were a name and find nothing, and neither a policy's pattern nor a certificate can name it.",
      example: { domain, exchange: "192.0.2.25" },
      message: (a) =>
        `an MX record of ${a.domain} has the address ${quote(a.exchange)} instead of a host name`,
      fix: () => "give the address a host name with an A or AAAA record, and use that name",
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
