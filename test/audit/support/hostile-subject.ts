/** Any evidence of the right shape: hostile strings, absurd numbers, empty lists, contradictions. */
import fc from "fast-check";
import type { DeclaredDomain, Subject } from "../../../src/audit/subject.ts";
import type {
  DomainEvidence,
  MxHostEvidence,
  PolicyFetch,
  SmtpProbe,
} from "../../../src/audit/evidence.ts";
import {
  domain,
  instance,
  mx,
  mxHost,
  mxRecords,
  policyHost,
  policyText,
  probe,
  subject,
} from "./subject.ts";
import type { DnsEvidence } from "../../../src/net/dns/dns-evidence.ts";
import type { ConnectionFailure } from "../../../src/net/failure.ts";
import type { TlsEvidence } from "../../../src/net/tls/tls-evidence.ts";

const texts = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words()) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);
const numbers = fc.oneof(
  fc.constantFrom(0, -1, 1, 200, 301, 1_772_323_200, 1e300, -1e300, Infinity, Number.NaN),
  fc.double(),
);
const lists = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 });
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { freq: 4 });

function words(): string[] {
  return [
    ...[
      "",
      domain,
      mx,
      policyHost,
      "*.d.example",
      "a.b.d.example",
      "192.0.2.1",
      "[ipv6:::1]",
      "::1",
    ],
    ...[
      "v=STSv1; id=built2",
      "v=STSv1; id=built1",
      "v=STSv1; id=x; id=y",
      "v=STSv1;",
      "v=STSv1 ; id=1",
    ],
    ...[
      "v=TLSRPTv1; rua=mailto:t@d.example",
      "v=TLSRPTv1; rua=",
      "v=spf1 -all",
      ";",
      "issue",
      "tbs",
    ],
    ...["letsencrypt.org", "text/plain", "TEXT/HTML", "gzip", "TLSv1.3", "TLSv1", "Good CA", "aa"],
    ...[
      policyText(),
      policyText(["old.d.example", mx]),
      `${policyText([])}\r\n`,
      "<html>",
      "\u001b[2J",
    ],
  ];
}

function dns<T>(type: DnsEvidence<T>["type"], data: fc.Arbitrary<T>): fc.Arbitrary<DnsEvidence<T>> {
  return fc.record({
    name: texts,
    type: fc.constant(type),
    status: fc.constantFrom("found", "found", "no-data", "no-name", "failed"),
    failure: orNull(
      fc.constantFrom("timeout", "servfail", "refused", "malformed", "loop", "too-large"),
    ),
    aliases: lists(texts),
    records: lists(data.map((one) => ({ ...one, ttlSeconds: 60 }))),
    authenticated: fc.boolean(),
  });
}

const txt = dns("TXT", fc.record({ strings: lists(texts) }));
const address = fc.record({ address: texts });
const failures: fc.Arbitrary<ConnectionFailure> = fc.record({
  stage: fc.constantFrom(
    "connect",
    "banner",
    "ehlo",
    "starttls",
    "tls",
    "request",
    "headers",
    "body",
  ),
  kind: fc.constantFrom(
    ...([
      "timeout",
      "refused",
      "unreachable",
      "reset",
      "closed",
      "not-public",
      "protocol",
    ] as const),
    ...(["too-large", "tls-version", "tls", "rejected", "missing"] as const),
  ),
  detail: texts,
});
const tls: fc.Arbitrary<TlsEvidence> = fc.record({
  protocol: texts,
  cipher: texts,
  chain: lists(
    fc.record({
      subject: texts,
      issuer: texts,
      notBefore: numbers,
      notAfter: numbers,
      dnsNames: lists(texts),
      dnsNameCount: numbers,
      fingerprint: texts,
    }),
  ),
  trust: fc.constantFrom(
    "trusted",
    "trusted",
    "self-signed",
    "private-root",
    "incomplete",
    "invalid",
  ),
});
const fetches: fc.Arbitrary<PolicyFetch> = fc.record({
  address: texts,
  durationMs: numbers,
  failure: orNull(failures),
  tls: orNull(tls),
  status: orNull(fc.oneof(fc.constant(200), numbers)),
  location: orNull(texts),
  contentType: orNull(texts),
  contentEncoding: orNull(texts),
  server: orNull(texts),
  mitigated: orNull(texts),
  body: orNull(
    fc.record({
      encoding: fc.constantFrom("utf8", "utf8", "base64"),
      data: texts,
      complete: fc.boolean(),
    }),
  ),
});
const probes: fc.Arbitrary<SmtpProbe> = fc.record({
  address: texts,
  durationMs: numbers,
  failure: orNull(failures),
  banner: orNull(texts),
  keywords: orNull(lists(texts)),
  startTls: fc.constantFrom("offered", "not-offered", "unknown"),
  injected: fc.boolean(),
  tls: orNull(tls),
  fingerprintWithoutSni: orNull(texts),
  dnsNamesWithoutSni: orNull(lists(texts)),
});

const evidence: fc.Arbitrary<DomainEvidence> = fc.record({
  domain: texts,
  observedAt: numbers,
  mx: dns("MX", fc.record({ preference: numbers, exchange: texts })),
  stsTxt: txt,
  tlsRptTxt: txt,
  wildcardTxt: txt,
  policyHost: fc.record({
    host: texts,
    a: dns("A", address),
    aaaa: dns("AAAA", address),
    caa: dns("CAA", fc.record({ critical: fc.boolean(), tag: texts, value: texts })),
    fetches: lists(fetches),
  }),
});
const mxHosts: fc.Arbitrary<MxHostEvidence> = fc.record({
  host: texts,
  a: dns("A", address),
  aaaa: dns("AAAA", address),
  tlsa: dns(
    "TLSA",
    fc.record({ usage: numbers, selector: numbers, matchingType: numbers, data: texts }),
  ),
  probes: lists(probes),
});

const instances = fc.constantFrom(
  instance("built2", policyText()),
  instance("built1", policyText(["old.d.example", mx])),
);
const declared: fc.Arbitrary<DeclaredDomain> = fc.record({
  policy: orNull(instances.map(({ policy }) => policy)),
  profilePatterns: fc.constant(new Set<string>()),
  enforceFrom: fc.constant(null),
  rua: orNull(lists(texts)),
  target: fc.constantFrom("caddy", "nginx", "cloudflare", "github-pages"),
  address: orNull(fc.record({ ipv4: lists(texts), ipv6: lists(texts), host: orNull(texts) })),
  delegation: orNull(texts),
  current: orNull(instances),
  earlier: lists(instances),
});

/** Some of what is in the evidence fits together, by chance; MX records often name a host that was looked at. */
export const hostileSubjects: fc.Arbitrary<Subject> = fc.record({
  domain: texts,
  declared: orNull(declared),
  evidence,
  mxHosts: lists(mxHosts).map((hosts) => new Map(hosts.map((one) => [one.host, one]))),
});

const healthy = subject();

/** Mostly one domain in good health, of which something may be hostile: a verdict of yes is likely. */
export const nearlyHealthySubjects: fc.Arbitrary<Subject> = fc
  .record({
    mx: mostly(
      mxRecords(mx),
      evidence.map((one) => one.mx),
    ),
    stsTxt: mostly(healthy.evidence.stsTxt, txt),
    policyHost: mostly(
      healthy.evidence.policyHost,
      evidence.map((one) => one.policyHost),
    ),
    fetches: fc.array(mostly(healthy.evidence.policyHost.fetches[0] as PolicyFetch, fetches), {
      minLength: 1,
      maxLength: 2,
    }),
    probes: fc.array(mostly(probe(), probes), { minLength: 1, maxLength: 2 }),
  })
  .map(({ mx: records, stsTxt, policyHost: host, fetches: served, probes: talks }) => ({
    ...healthy,
    evidence: {
      ...healthy.evidence,
      mx: records,
      stsTxt,
      policyHost: { ...host, fetches: served },
    },
    mxHosts: new Map([[mx, mxHost(talks)]]),
  }));

function mostly<T>(good: T, hostile: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: hostile });
}
