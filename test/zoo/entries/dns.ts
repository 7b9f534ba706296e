/** Faults of the DNS. */
import type { ZooEntry } from "../entry.ts";

const nowhere = "nowhere.zoo.test";

export const dnsEntries: readonly ZooEntry[] = [
  {
    name: "no-mx",
    what: "no MX record",
    dns: (zone, { domain }) => zone.without(domain, "MX"),
    codes: ["mx/none"],
    safe: "no",
  },
  {
    name: "null-mx",
    what: "a null MX: the domain takes no mail (RFC 7505)",
    dns: (zone, { domain }) => zone.without(domain, "MX").mx(domain, ".", 0),
    codes: ["mx/null"],
    safe: "no",
  },
  {
    name: "null-mx-beside-others",
    what: "a null MX beside a real one",
    dns: (zone, { domain }) => zone.mx(domain, ".", 0),
    codes: ["mx/null-beside-others"],
    safe: "yes",
  },
  {
    name: "never-registered",
    what: "nobody has registered the name",
    mx: [],
    policyHost: [],
    dns: (zone, { sts, tlsRpt }) => zone.without(sts).without(tlsRpt),
    codes: ["mx/unknown-domain", "sts-txt/none", "tls-rpt-txt/none"],
    safe: "no",
  },
  {
    name: "mx-is-cname",
    what: "the MX record names an alias",
    dns: (zone, { domain, mx }) => zone.alias(mx, `real-mx.${domain}`),
    codes: ["mx/alias"],
    safe: "yes",
  },
  {
    name: "mx-is-address",
    what: "the MX record names an address",
    dns: (zone, { domain }) => zone.without(domain, "MX").mx(domain, "192.0.2.25"),
    codes: ["mx/address-literal"],
    safe: "no",
  },
  {
    name: "mx-unresolved",
    what: "the only MX host has no address",
    mx: [{ servers: [] }],
    codes: ["mx/unresolved", "mx/none-resolves"],
    safe: "no",
  },
  {
    name: "one-mx-unresolved",
    what: "one of two MX hosts has no address",
    mx: [{}, { host: "gone.one-mx-unresolved.zoo.test", preference: 20, servers: [] }],
    codes: ["mx/unresolved"],
    safe: "yes",
  },
  {
    name: "mx-servfail",
    what: "SERVFAIL for the MX records",
    dns: (zone, { domain }) => zone.fault(domain, "MX", "servfail"),
    codes: ["mx/unanswered"],
    safe: "unknown",
  },
  {
    name: "mx-silence",
    what: "the DNS does not answer for the MX records",
    dns: (zone, { domain }) => zone.fault(domain, "MX", "silent"),
    codes: ["mx/unanswered"],
    safe: "unknown",
  },
  {
    name: "mx-address-servfail",
    what: "SERVFAIL for the addresses of the MX host",
    mx: [{ servers: [] }],
    dns: (zone, { mx }) => zone.fault(mx, "A", "servfail").fault(mx, "AAAA", "servfail"),
    codes: ["mx/address-unanswered"],
    safe: "unknown",
  },
  {
    name: "mx-cname-points-at-itself",
    what: "the MX host is an alias of itself",
    mx: [{ servers: [] }],
    dns: (zone, { mx }) => zone.cname(mx, mx),
    codes: ["mx/alias", "mx/address-unanswered"],
    safe: "unknown",
  },
  {
    name: "no-policy",
    what: "TLS-RPT only: how a rollout begins",
    policyHost: [],
    dns: (zone, { sts }) => zone.without(sts),
    codes: ["sts-txt/none"],
    safe: "no",
  },
  {
    name: "two-records",
    what: "two records at _mta-sts",
    dns: (zone, { sts }) => zone.txt(sts, "v=STSv1; id=2025;"),
    codes: ["sts-txt/several"],
    safe: "no",
  },
  {
    name: "bad-id",
    what: "an id with a hyphen",
    dns: (zone, { sts }) => zone.without(sts).txt(sts, "v=STSv1; id=2026-01-01;"),
    codes: ["sts-txt/invalid"],
    safe: "no",
  },
  {
    name: "loose-record",
    what: "a record with two ids, of which the first counts",
    dns: (zone, { sts }) => zone.without(sts).txt(sts, "v=STSv1; id=20260101T000000Z; id=2;"),
    codes: ["sts-txt/loose"],
    safe: "yes",
  },
  {
    name: "sts-servfail",
    what: "SERVFAIL for _mta-sts",
    dns: (zone, { sts }) => zone.without(sts).fault(sts, "TXT", "servfail"),
    codes: ["sts-txt/unanswered"],
    safe: "unknown",
  },
  {
    name: "cname-loop",
    what: "_mta-sts is an alias of an alias of _mta-sts",
    dns: (zone, { sts }) =>
      zone
        .without(sts)
        .cname(sts, "loop.cname-loop.zoo.test")
        .cname("loop.cname-loop.zoo.test", sts),
    codes: ["sts-txt/unanswered"],
    safe: "unknown",
  },
  {
    name: "endless-cnames",
    what: "_mta-sts is an alias of an alias of an alias, forty times",
    dns: (zone, { sts, domain }) => {
      zone.without(sts).cname(sts, `c0.${domain}`);
      for (let at = 0; at < 40; at += 1) {
        zone.cname(`c${String(at)}.${domain}`, `c${String(at + 1)}.${domain}`);
      }
      zone.txt(`c40.${domain}`, "v=STSv1; id=20260101T000000Z;");
    },
    codes: ["sts-txt/unanswered"],
    safe: "unknown",
  },
  {
    name: "alias-to-nowhere",
    what: "_mta-sts is an alias of a name that does not exist",
    dns: (zone, { sts }) => zone.without(sts).cname(sts, nowhere),
    codes: ["sts-txt/broken-alias"],
    safe: "no",
  },
  {
    name: "half-delegated",
    what: "_mta-sts is delegated to a provider, mta-sts is not there",
    policyHost: [],
    dns: (zone, { sts }) => zone.alias(sts, "half-delegated._mta-sts.provider.zoo.test"),
    codes: ["sts-txt/half-delegated"],
    safe: "no",
  },
  {
    name: "other-half-delegated",
    what: "mta-sts is delegated to a provider, _mta-sts is not there",
    dns: (zone, { sts, policyHost }) =>
      zone.without(sts).alias(policyHost, "policies.half.provider.zoo.test"),
    codes: ["sts-txt/half-delegated"],
    safe: "no",
  },
  {
    name: "wildcard-dns",
    what: "a wildcard answers for every name, _mta-sts among them",
    dns: (zone, { domain, sts, tlsRpt }) =>
      zone.without(sts).without(tlsRpt).txt(`*.${domain}`, "v=spf1 -all"),
    codes: ["sts-txt/wildcard", "tls-rpt-txt/none"],
    safe: "no",
  },
  {
    name: "sixty-kilobyte-txt",
    what: "sixty kilobytes of TXT records beside the one at _mta-sts",
    dns: (zone, { sts }) => {
      for (let at = 0; at < 230; at += 1) {
        zone.txt(sts, String(at).padEnd(240, " \u001b[31mhostile"));
      }
    },
    codes: ["sender-quirk/unrelated-txt"],
    safe: "yes",
  },
  {
    name: "unrelated-txt",
    what: "another TXT record at _mta-sts",
    dns: (zone, { sts }) => zone.txt(sts, "site-verification=abc"),
    codes: ["sender-quirk/unrelated-txt"],
    safe: "yes",
  },
  {
    name: "no-tls-rpt",
    what: "no TLS-RPT record",
    dns: (zone, { tlsRpt }) => zone.without(tlsRpt),
    codes: ["tls-rpt-txt/none"],
    safe: "yes",
  },
  {
    name: "two-tls-rpt",
    what: "two TLS-RPT records",
    dns: (zone, { tlsRpt }) => zone.txt(tlsRpt, "v=TLSRPTv1; rua=mailto:other@zoo.test"),
    codes: ["tls-rpt-txt/several"],
    safe: "yes",
  },
  {
    name: "bad-tls-rpt",
    what: "a TLS-RPT record without an address",
    dns: (zone, { tlsRpt }) => zone.without(tlsRpt).txt(tlsRpt, "v=TLSRPTv1; rua=;"),
    codes: ["tls-rpt-txt/invalid"],
    safe: "yes",
  },
  {
    name: "loose-tls-rpt",
    what: "a record with two rua fields, of which the first counts",
    dns: (zone, { tlsRpt }) =>
      zone.without(tlsRpt).txt(tlsRpt, "v=TLSRPTv1; rua=mailto:a@zoo.test; rua=mailto:b@zoo.test"),
    codes: ["tls-rpt-txt/loose"],
    safe: "yes",
  },
  {
    name: "tls-rpt-servfail",
    what: "SERVFAIL for _smtp._tls",
    dns: (zone, { tlsRpt }) => zone.without(tlsRpt).fault(tlsRpt, "TXT", "servfail"),
    codes: ["tls-rpt-txt/unanswered"],
    safe: "yes",
  },
  {
    name: "policy-host-unresolved",
    what: "_mta-sts is there, mta-sts has no address",
    policyHost: [],
    codes: ["policy-host/unresolved"],
    safe: "no",
  },
  {
    name: "policy-host-servfail",
    what: "SERVFAIL for the addresses of the policy host",
    policyHost: [],
    dns: (zone, { policyHost }) =>
      zone.fault(policyHost, "A", "servfail").fault(policyHost, "AAAA", "servfail"),
    codes: ["policy-host/unanswered"],
    safe: "unknown",
  },
  {
    name: "caa-forbids",
    what: "CAA forbids every certificate authority to issue for the policy host",
    dns: (zone, { policyHost }) => zone.caa(policyHost, "issue", ";"),
    codes: ["policy-host/caa-forbids"],
    safe: "yes",
  },
  {
    name: "dane",
    what: "TLSA records proven by DNSSEC: DANE wins",
    dns: (zone, { mx }) => zone.tlsa(mx).proven(`_25._tcp.${mx}`).proven(mx),
    codes: ["mx-host/dane"],
    safe: "yes",
  },
  {
    name: "tlsa-insecure",
    what: "TLSA records without DNSSEC",
    dns: (zone, { mx }) => zone.tlsa(mx),
    codes: ["mx-host/tlsa-insecure"],
    safe: "yes",
  },
];
