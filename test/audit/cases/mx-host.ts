/** What the MX hosts say, and which certificates they show. */
import type { SmtpProbe } from "../../../src/audit/evidence.ts";
import type { FindingCode } from "../../../src/audit/rules.ts";
import { fault, fine, type Case } from "../support/case.ts";
import {
  addresses,
  certificate,
  day,
  failure,
  mx,
  mxHost,
  now,
  probe,
  tlsWith,
  tlsa,
} from "../support/subject.ts";

function host(...probes: readonly SmtpProbe[]) {
  return { mxHosts: [mxHost(probes)] };
}
function failing(...[stage, kind, detail]: Parameters<typeof failure>): SmtpProbe {
  return probe({ failure: failure(stage, kind, detail) });
}
const second = { address: "2001:db8::25" };

function stage(
  code: FindingCode,
  safe: Case["safe"],
  ...[at, kind, detail]: Parameters<typeof failure>
): Case {
  return fault(`${at}: ${kind}`, safe, code, host(failing(at, kind, detail)));
}

const connections: readonly Case[] = [
  stage("mx-host/unreachable", "unknown", "connect", "timeout"),
  stage("mx-host/unreachable", "unknown", "connect", "refused"),
  stage("mx-host/unreachable", "unknown", "connect", "unreachable"),
  stage("mx-host/unreachable", "unknown", "connect", "missing", "no IPv6"),
  fault("a blocked port at both addresses: said once", "unknown", "mx-host/unreachable", {
    ...host(failing("connect", "timeout"), { ...failing("connect", "unreachable"), ...second }),
  }),
  fault("addresses that nobody tried", "unknown", "mx-host/unreachable", {
    mxHosts: [mxHost([], addresses(mx, "192.0.2.25"))],
  }),
  fault("refused at one of two", "yes", "mx-host/address-unreachable", {
    ...host(probe(), { ...failing("connect", "refused"), ...second }),
  }),
  fault("a private address", "no", "mx-host/not-public", host(failing("connect", "not-public"))),
  fault("a private address beside a good one", "yes", "mx-host/address-not-public", {
    ...host(probe(), { ...failing("connect", "not-public"), ...second }),
  }),
  {
    what: "a private address beside one that is blocked",
    ...host(failing("connect", "not-public"), { ...failing("connect", "timeout"), ...second }),
    codes: ["mx-host/address-not-public", "mx-host/unreachable"],
    safe: "unknown",
  },
  fault("no IPv6 here", "yes", "mx-host/address-not-tried", {
    ...host(probe(), { ...failing("connect", "missing", "no IPv6"), ...second }),
  }),
  stage("mx-host/no-greeting", "no", "banner", "timeout"),
  stage("mx-host/no-greeting", "no", "banner", "too-large"),
  stage("mx-host/no-greeting", "no", "banner", "protocol"),
  stage("mx-host/no-greeting", "no", "banner", "closed"),
  stage("mx-host/rejects-us", "unknown", "banner", "rejected", "554 no"),
  stage("mx-host/rejects-us", "unknown", "ehlo", "rejected", "550 no"),
  stage("mx-host/no-ehlo", "no", "ehlo", "timeout"),
  stage("mx-host/no-ehlo", "no", "ehlo", "too-large"),
];

const startTls: readonly Case[] = [
  fault("not offered", "no", "mx-host/starttls-missing", {
    ...host(probe({ startTls: "not-offered", keywords: ["SIZE"], tls: null })),
  }),
  fault("not offered, which ends the conversation", "no", "mx-host/starttls-missing", {
    ...host({ ...failing("starttls", "rejected"), startTls: "not-offered" }),
  }),
  stage("mx-host/starttls-refused", "no", "starttls", "rejected", "454 TLS not available"),
  stage("mx-host/starttls-refused", "no", "starttls", "timeout"),
  fault(
    "bytes in clear, and then TLS",
    "no",
    "mx-host/starttls-injection",
    host(probe({ injected: true })),
  ),
  fault("bytes in clear, and then nothing", "no", "mx-host/starttls-injection", {
    ...host({ ...failing("tls", "protocol"), injected: true }),
  }),
  stage("mx-host/tls-version", "no", "tls", "tls-version"),
  fault("an old version, taken", "no", "mx-host/tls-version", {
    ...host(probe({ tls: tlsWith(certificate(mx), { protocol: "TLSv1" }) })),
  }),
  stage("mx-host/tls-failed", "no", "tls", "closed"),
  stage("mx-host/tls-failed", "no", "tls", "timeout"),
  stage("mx-host/tls-failed", "no", "tls", "tls", "bad record"),
  fault("no failure, and no TLS either", "no", "mx-host/tls-failed", host(probe({ tls: null }))),
];

function showing(...args: Parameters<typeof tlsWith>) {
  return host(probe({ tls: tlsWith(...args) }));
}
const good = certificate(mx);
const authority = { subject: "Good CA", dnsNames: [] };

const certificates: readonly Case[] = [
  fault(
    "expired",
    "no",
    "mx-host/certificate-expired",
    showing(certificate(mx, { notAfter: now - 1 })),
  ),
  fault("expired at the second address", "no", "mx-host/certificate-expired", {
    ...host(probe(), probe({ ...second, tls: tlsWith(certificate(mx, { notAfter: now - day })) })),
  }),
  fault("the issuer's certificate has expired", "no", "mx-host/certificate-expired", {
    ...showing(good, { chain: [good, certificate(mx, { ...authority, notAfter: now - day })] }),
  }),
  fine("a certificate in the chain has expired that issued nothing", {
    ...showing(good, {
      chain: [good, certificate(mx, { subject: "Old CA", notAfter: now - day })],
    }),
  }),
  fine("valid for this very second", showing(certificate(mx, { notBefore: now }))),
  fault("not valid yet", "no", "mx-host/certificate-not-yet-valid", {
    ...showing(certificate(mx, { notBefore: now + 1 })),
  }),
  fault("no time at all", "no", "mx-host/certificate-expired", {
    ...showing(certificate(mx, { notAfter: Number.NaN })),
  }),
  fault("another host's", "no", "mx-host/certificate-name", showing(certificate("www.d.example"))),
  fault("a common name alone", "no", "mx-host/certificate-name", {
    ...showing(certificate(mx, { dnsNames: [] })),
  }),
  fine("a wildcard", showing(certificate(mx, { dnsNames: ["d.example", "*.d.example"] }))),
  fault("a wildcard two labels above", "no", "mx-host/certificate-name", {
    ...showing(certificate(mx, { dnsNames: ["*.example"] })),
  }),
  fine("its name first among more than the evidence holds", {
    ...showing(certificate(mx, { dnsNames: [mx, "a.example"], dnsNameCount: 150 })),
  }),
  fault(
    "more names than the evidence holds, none of them its own",
    "no",
    "mx-host/certificate-name",
    {
      ...showing(certificate(mx, { dnsNames: ["a.example"], dnsNameCount: 150 })),
    },
  ),
  fault(
    "self-signed",
    "no",
    "mx-host/certificate-self-signed",
    showing(good, { trust: "self-signed" }),
  ),
  fault(
    "a private root",
    "no",
    "mx-host/certificate-private-root",
    showing(good, { trust: "private-root" }),
  ),
  fault(
    "no intermediate",
    "no",
    "mx-host/certificate-incomplete",
    showing(good, { trust: "incomplete" }),
  ),
  fault(
    "a wrong signature",
    "no",
    "mx-host/certificate-invalid",
    showing(good, { trust: "invalid" }),
  ),
  fault("expires today", "yes", "mx-host/certificate-expiring", {
    ...showing(certificate(mx, { notAfter: now })),
  }),
  fine("expires in 22 days", showing(certificate(mx, { notAfter: now + 22 * day }))),
  fault("another host's without SNI", "yes", "mx-host/certificate-needs-sni", {
    ...host(probe({ fingerprintWithoutSni: "bb", dnsNamesWithoutSni: ["default.example"] })),
  }),
  fault("another host's, with SNI and without", "no", "mx-host/certificate-name", {
    ...host(
      probe({ tls: tlsWith(certificate("www.d.example")), dnsNamesWithoutSni: ["www.d.example"] }),
    ),
  }),
  fine("another certificate without SNI, which would do", {
    ...host(probe({ fingerprintWithoutSni: "bb", dnsNamesWithoutSni: ["*.d.example"] })),
  }),
  fine("nobody asked without SNI", {
    ...host(probe({ fingerprintWithoutSni: null, dnsNamesWithoutSni: null })),
  }),
];

const dane: readonly Case[] = [
  fault("TLSA, proven", "yes", "mx-host/dane", {
    mxHosts: [mxHost([probe()], { tlsa: tlsa(true) })],
  }),
  fault("TLSA, not proven", "yes", "mx-host/tlsa-insecure", {
    mxHosts: [mxHost([probe()], { tlsa: tlsa(false) })],
  }),
];

export const mxHostCases = [...connections, ...startTls, ...certificates, ...dane];
