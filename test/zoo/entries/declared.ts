/** Domains that the site declares: what was built and what is live do not agree. */
import { policyText, type ZooEntry } from "../entry.ts";

/** The body of a domain file. */
function yaml(name: string, { mode = "testing", rua = "tls-reports", more = "" } = {}): string {
  const mx = [`mx.${name}.zoo.test`, ...(more === "" ? [] : [more])];
  return `tls-rpt: {rua: "mailto:${rua}@zoo.test"}
mta-sts: {mode: ${mode}, mx: [${mx.map((host) => JSON.stringify(host)).join(", ")}], max_age: 1w}
`;
}

export const declaredEntries: readonly ZooEntry[] = [
  {
    name: "healthy-declared",
    what: "what was built is live",
    declared: { first: yaml("healthy-declared") },
    codes: [],
    safe: "yes",
  },
  {
    name: "not-built",
    what: "the declaration was edited and not built",
    declared: {
      first: yaml("not-built"),
      unbuilt: yaml("not-built", { more: "*.not-built.zoo.test" }),
    },
    codes: ["drift/not-built"],
    safe: "yes",
  },
  {
    name: "not-deployed",
    what: "built, and everything outside is still the earlier instance",
    declared: {
      first: yaml("not-deployed"),
      second: yaml("not-deployed", { more: "*.not-deployed.zoo.test" }),
      txt: "first",
      policy: "first",
    },
    codes: ["drift/not-deployed"],
    safe: "yes",
  },
  {
    name: "never-deployed",
    what: "built, and nothing is outside yet",
    declared: { first: yaml("never-deployed"), live: false },
    policyHost: [],
    dns: (zone, { sts }) => zone.without(sts),
    codes: ["drift/not-deployed", "policy-host/unresolved"],
    safe: "no",
  },
  {
    name: "txt-old",
    what: "the policy is deployed, the TXT record is not yet",
    declared: {
      first: yaml("txt-old"),
      second: yaml("txt-old", { more: "*.txt-old.zoo.test" }),
      txt: "first",
    },
    codes: ["drift/txt-old"],
    safe: "yes",
  },
  {
    name: "policy-old",
    what: "the TXT record announces a policy that is not deployed: dangerous",
    declared: {
      first: yaml("policy-old"),
      second: yaml("policy-old", { more: "*.policy-old.zoo.test" }),
      policy: "first",
    },
    codes: ["drift/policy-old"],
    safe: "no",
  },
  {
    name: "foreign-policy",
    what: "somebody else's policy is live",
    declared: { first: yaml("foreign-policy") },
    policy: ({ mx }) => policyText([mx]),
    dns: (zone, { sts }) => zone.without(sts).txt(sts, "v=STSv1; id=somebodyelse;"),
    codes: ["drift/foreign"],
    safe: "no",
  },
  {
    name: "text-differs",
    what: "our id, and a policy that we did not build",
    declared: { first: yaml("text-differs") },
    policy: ({ mx }) => policyText([mx], { mode: "testing" }).replace("604800", "86400"),
    codes: ["drift/text-differs"],
    safe: "no",
  },
  {
    name: "undeclared-policy",
    what: "only TLS-RPT is declared, and a policy is live",
    declared: { first: 'tls-rpt: {rua: "mailto:tls-reports@zoo.test"}\n' },
    policy: ({ mx }) => policyText([mx]),
    codes: ["drift/undeclared"],
    safe: "yes",
  },
  {
    name: "unused-pattern",
    what: "a declared pattern covers no MX host: needed while MX hosts move",
    declared: { first: yaml("unused-pattern", { more: "*.new.unused-pattern.zoo.test" }) },
    codes: ["mx-pattern/unused"],
    safe: "yes",
  },
  {
    name: "declared-misses-mx",
    what: "the declared policy and the live one miss an MX host",
    mx: [{}, { host: "mx.other.declared-misses-mx.zoo.test", preference: 20 }],
    declared: { first: yaml("declared-misses-mx") },
    codes: ["mx-pattern/uncovered"],
    safe: "no",
  },
  {
    name: "tls-rpt-missing",
    what: "TLS-RPT is declared, and not there",
    declared: { first: yaml("tls-rpt-missing") },
    dns: (zone, { tlsRpt }) => zone.without(tlsRpt),
    codes: ["tls-rpt-txt/missing"],
    safe: "yes",
  },
  {
    name: "tls-rpt-differs",
    what: "reports go elsewhere than declared",
    declared: { first: yaml("tls-rpt-differs", { rua: "elsewhere" }) },
    codes: ["tls-rpt-txt/differs"],
    safe: "yes",
  },
  {
    name: "address-differs",
    what: "the policy host has another address than declared",
    declared: { first: yaml("address-differs") },
    policyHost: [{}],
    codes: ["policy-host/address-differs"],
    safe: "yes",
  },
  {
    name: "caa-target",
    what: "CAA does not admit the certificate authorities of the declared target",
    declared: { first: `target: cloudflare\n${yaml("caa-target")}` },
    dns: (zone, { policyHost, domain }) =>
      zone
        .without(policyHost)
        .cname(policyHost, "zoo-pages.zoo.test")
        .caa(domain, "issue", "ca.elsewhere.test"),
    codes: ["policy-host/caa-target"],
    safe: "yes",
  },
];
