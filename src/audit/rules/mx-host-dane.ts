/** TLSA records of the MX hosts: where DANE applies, it takes precedence over MTA-STS. */
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
        "Senders that support DANE check this host against its TLSA records, and MTA-STS never overrides the result. A certificate that passes MTA-STS can fail DANE: publish the new TLSA record before you use a new key.",
      example,
      message: (a) =>
        `${a.host} has TLSA records secured by DNSSEC; senders that support DANE use them instead of the policy`,
      fix: (a) => `before you change the key, publish the TLSA record of the new key at ${a.name}`,
    }),
    "mx-host/tlsa-insecure": prose<Args>({
      severity: "note",
      effect: "none",
      source: "RFC 7672 §2.1.1",
      reason:
        "TLSA records count only if DNSSEC secures them. Either the zone is not signed, or the resolver that was asked does not validate; senders behind a validating resolver may see something else.",
      example,
      message: (a) =>
        `${a.host} has TLSA records that DNSSEC does not secure, so senders ignore them`,
      fix: (a) =>
        `sign the zone of ${a.name}, or remove the records; if it is signed, audit with a resolver that validates`,
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
