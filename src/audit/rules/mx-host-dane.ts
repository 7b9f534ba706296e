/** TLSA records of the MX hosts: where DANE applies, it wins over MTA-STS. */
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";

interface Args {
  readonly host: string;
  readonly name: string;
}
const example: Args = { host: "mx1.example.com", name: "_25._tcp.mx1.example.com" };

export const mxHostDane = defineRule(
  {
    "mx-host/dane": prose<Args>({
      severity: "note",
      effect: "none",
      source: "RFC 8461 §2",
      reason:
        "Senders that know DANE judge this host by its TLSA records, and MTA-STS never overrides what they find there. A certificate that passes here can fail there: publish the new TLSA record before the new key is used.",
      example,
      message: (a) =>
        `${a.host} has TLSA records proven by DNSSEC: for senders that know DANE those decide, not the policy`,
      fix: (a) => `before each change of the key, publish its record at ${a.name}`,
    }),
    "mx-host/tlsa-insecure": prose<Args>({
      severity: "note",
      effect: "none",
      source: "RFC 7672 §2.1.1",
      reason:
        "TLSA records count only where DNSSEC proves them. The zone is not signed, or the resolver that was asked does not validate; senders behind a validating one may see it otherwise.",
      example,
      message: (a) =>
        `${a.host} has TLSA records, but DNSSEC does not prove them, so senders ignore them`,
      fix: (a) =>
        `sign the zone of ${a.name}, or remove the records; ask a resolver that validates`,
    }),
  },
  (subject, add) => {
    for (const { host, seen } of mxHostsOf(subject)) {
      if (seen === null || seen.tlsa.status !== "found" || seen.tlsa.records.length === 0) continue;
      const code = seen.tlsa.authenticated ? "mx-host/dane" : "mx-host/tlsa-insecure";
      add(code, { host, name: seen.tlsa.name }, { kind: "mx", host, address: null });
    }
  },
);
