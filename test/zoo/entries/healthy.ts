/** Domains in good health, however unusual they look: an audit has nothing to say about them. */
import { policyText, type ZooEntry } from "../entry.ts";

const healthy = { codes: [], safe: "yes" } as const;

export const healthyEntries: readonly ZooEntry[] = [
  { name: "healthy-enforce", what: "everything as it should be", ...healthy },
  {
    name: "healthy-testing",
    what: "a policy in testing",
    policy: ({ mx }) => policyText([mx], { mode: "testing" }),
    ...healthy,
  },
  {
    name: "healthy-wildcard-pattern",
    what: "the policy's pattern covers two MX hosts",
    mx: [
      { host: "a.mx.healthy-wildcard-pattern.zoo.test" },
      { host: "b.mx.healthy-wildcard-pattern.zoo.test", preference: 20 },
    ],
    policy: ({ mx }) => policyText([`*.${mx}`]),
    ...healthy,
  },
  {
    name: "healthy-wildcard-certificate",
    what: "the MX host shows a wildcard certificate",
    mx: [{ servers: [{ certificate: "wildcard" }] }],
    policyHost: [{ certificate: "wildcard" }],
    ...healthy,
  },
  {
    name: "healthy-shared-mx",
    what: "its MX host receives for others too",
    mx: [{ host: "mx.shared.zoo.test" }],
    ...healthy,
  },
  {
    name: "healthy-shares-mx",
    what: "its MX host is the one of healthy-shared-mx",
    mx: [{ host: "mx.shared.zoo.test", servers: [] }],
    ...healthy,
  },
  {
    name: "healthy-two-addresses",
    what: "two addresses each for the MX host and the policy host",
    mx: [{ servers: [{}, {}] }],
    policyHost: [{}, {}],
    ...healthy,
  },
  {
    name: "healthy-dual-stack",
    what: "IPv4 and IPv6 for the MX host and the policy host",
    mx: [{ servers: [{}, { at: "ipv6" }] }],
    policyHost: [{}, { at: "ipv6" }],
    ...healthy,
  },
  {
    name: "healthy-lf-only",
    what: "the lines of the policy end in LF alone, which RFC 8461 allows",
    policy: ({ mx }) => policyText([mx], { end: "\n" }),
    ...healthy,
  },
  {
    name: "healthy-split-strings",
    what: "the TXT records are split into strings, which join without a space",
    dns: (zone, { sts, tlsRpt }) =>
      zone
        .without(sts)
        .txt(sts, "v=STS", "v1; id=2026", "0101T000000Z", ";")
        .without(tlsRpt)
        .txt(tlsRpt, "v=TLSRPTv1; rua=mailto:tls-", "reports@zoo.test"),
    ...healthy,
  },
  {
    name: "healthy-delegated",
    what: "both names are CNAMEs into the zone of a provider",
    dns: (zone, { sts, policyHost }) =>
      zone
        .alias(sts, "healthy-delegated._mta-sts.provider.zoo.test")
        .alias(policyHost, "policies.provider.zoo.test"),
    ...healthy,
  },
  {
    name: "healthy-caa",
    what: "CAA records that admit a certificate authority",
    dns: (zone, { domain }) =>
      zone.caa(domain, "issue", "letsencrypt.org").caa(domain, "issuewild", ";"),
    ...healthy,
  },
  {
    name: "healthy-long-name",
    what: "labels of 63 characters",
    mx: [{ host: `${"m".repeat(63)}.${"x".repeat(63)}.healthy-long-name.zoo.test` }],
    ...healthy,
  },
  {
    name: "healthy-hostile-banner",
    what: "terminal escapes and control characters in the greeting and in the EHLO reply",
    mx: [
      {
        servers: [
          {
            script: {
              greeting: "220 mx \u001b[2J\u001b]0;owned\u0007\u009b31m\u0000\u007f ESMTP\r\n",
              ehlo: "250-mx \u001b[31mred\r\n250-\u001b[1mX\u0007\r\n250 STARTTLS\r\n",
            },
          },
        ],
      },
    ],
    ...healthy,
  },
  {
    name: "healthy-long-greeting",
    what: "a greeting of twenty lines",
    mx: [
      {
        servers: [
          {
            script: {
              greeting: `${"220-Use of this system is monitored\r\n".repeat(19)}220 mx ESMTP\r\n`,
            },
          },
        ],
      },
    ],
    ...healthy,
  },
];
