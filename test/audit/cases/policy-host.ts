/** The policy host: DNS, CAA, connections, certificates, answers, and the text of the policy. */
import type { PolicyFetch } from "../../../src/audit/evidence.ts";
import { fault, fine, type Case } from "../support/case.ts";
import {
  addresses,
  answer,
  caa,
  certificate,
  day,
  domain,
  failed,
  failure,
  fetched,
  hostWith,
  mx,
  now,
  policyHost,
  policyText,
  tlsWith,
  txt,
} from "../support/subject.ts";
import type { AddressData, CaaData } from "../../../src/net/dns/dns-evidence.ts";

const second = { address: "2001:db8::10" };

function host(...fetches: readonly PolicyFetch[]) {
  return { evidence: { policyHost: hostWith(fetches) } };
}
function failing(...[stage, kind, detail]: Parameters<typeof failure>): PolicyFetch {
  return fetched("", { failure: failure(stage, kind, detail) });
}

const pages = "acme-sts.pages.dev";
const onPages = {
  target: "cloudflare",
  address: { ipv4: [], ipv6: [], host: pages },
} as const;
const viaAlias = (aliases: readonly string[]) => ({
  evidence: {
    policyHost: hostWith([fetched()], {
      a: answer(policyHost, "A", [{ address: "192.0.2.10" }], { aliases }),
    }),
  },
});
const dual = { ipv4: ["192.0.2.10"], ipv6: ["2001:db8::10"], host: null };

const dns: readonly Case[] = [
  fault("no address", "no", "policy-host/unresolved", host()),
  fault("an alias of nothing", "no", "policy-host/unresolved", {
    evidence: {
      policyHost: hostWith([], {
        a: answer<AddressData>(policyHost, "A", [], { aliases: [pages] }),
      }),
    },
  }),
  fault("SERVFAIL for both families", "unknown", "policy-host/unanswered", {
    evidence: {
      policyHost: hostWith([], {
        a: failed<AddressData>(policyHost, "A", "servfail"),
        aaaa: failed<AddressData>(policyHost, "AAAA", "servfail"),
      }),
    },
  }),
  fault("silence for IPv6", "unknown", "policy-host/unanswered", {
    evidence: {
      policyHost: hostWith([fetched()], {
        aaaa: failed<AddressData>(policyHost, "AAAA", "timeout"),
      }),
    },
  }),
  {
    what: "neither record nor host is known",
    evidence: {
      stsTxt: failed(`_mta-sts.${domain}`, "TXT", "timeout"),
      policyHost: hostWith([], { aaaa: failed<AddressData>(policyHost, "AAAA", "timeout") }),
    },
    codes: ["sts-txt/unanswered"],
    safe: "unknown",
  },
  fault("another address than declared", "yes", "policy-host/address-differs", {
    declared: { address: { ipv4: ["192.0.2.99"], ipv6: [], host: null } },
  }),
  fault("one of two declared addresses", "yes", "policy-host/address-differs", {
    declared: { address: dual },
  }),
  fine("both declared addresses, however they are written", {
    evidence: {
      policyHost: hostWith([fetched(), fetched(undefined, second)], {
        ...addresses(policyHost, "192.0.2.10", "2001:0DB8:0::10"),
      }),
    },
    declared: { address: dual },
  }),
  fine("the declared host", { ...viaAlias([pages]), declared: onPages }),
  fine("the declared host at the end of a chain", {
    ...viaAlias(["a.provider.example", pages]),
    declared: { ...onPages, delegation: "provider.example" },
  }),
  fault("another host than declared", "yes", "policy-host/address-differs", {
    ...viaAlias(["elsewhere.example"]),
    declared: onPages,
  }),
  fine("an alias that was flattened", { declared: onPages }),
];

const issue = (value: string) => ({ critical: false, tag: "issue", value });
function withCaa(...records: readonly CaaData[]) {
  return { evidence: { policyHost: hostWith([fetched()], { caa: caa(...records) }) } };
}

const caaCases: readonly Case[] = [
  fine("one authority", withCaa(issue("letsencrypt.org"))),
  fine("parameters", withCaa(issue("pki.goog; cansignhttpexchanges=yes"))),
  fine("wildcards alone are forbidden", withCaa({ ...issue(";"), tag: "issuewild" })),
  fine("a mailbox alone", withCaa({ ...issue("mailto:a@b.example"), tag: "iodef" })),
  fine("a critical tag that is known", withCaa({ ...issue("x.example"), critical: true })),
  fine("nothing and somebody", withCaa(issue(";"), issue("letsencrypt.org"))),
  fault("nobody", "yes", "policy-host/caa-forbids", withCaa(issue(";"))),
  fault("an empty value", "yes", "policy-host/caa-forbids", withCaa(issue(""))),
  fault("no domain", "yes", "policy-host/caa-forbids", withCaa(issue("let's encrypt"))),
  fault("a critical tag that nobody knows", "yes", "policy-host/caa-forbids", {
    ...withCaa(issue("letsencrypt.org"), { critical: true, tag: "tbs", value: "Unknown" }),
  }),
  fine("an unknown tag that is not critical", withCaa({ ...issue("Unknown"), tag: "tbs" })),
  fault("an authority that the target does not use", "yes", "policy-host/caa-target", {
    ...withCaa(issue("digicert.com")),
    declared: { target: "github-pages", address: null },
  }),
  fine("one of those that the target uses", {
    ...withCaa(issue("digicert.com"), issue("LetsEncrypt.org")),
    declared: { target: "github-pages", address: null },
  }),
  fine("a target whose operator chooses", {
    ...withCaa(issue("ca.example")),
    declared: { target: "nginx" },
  }),
  fine("nobody knows the target", withCaa(issue("ca.example"))),
];

const connections: readonly Case[] = [
  fault("refused", "no", "policy-host/unreachable", host(failing("connect", "refused"))),
  fault("silence instead of TLS", "no", "policy-host/unreachable", host(failing("tls", "timeout"))),
  fault("refused at both addresses: said once", "no", "policy-host/unreachable", {
    ...host(failing("connect", "refused"), { ...failing("connect", "timeout"), ...second }),
  }),
  fault("refused at one of two", "no", "policy-host/address-unreachable", {
    ...host(fetched(), { ...failing("connect", "refused"), ...second }),
  }),
  fault(
    "a private address",
    "no",
    "policy-host/not-public",
    host(failing("connect", "not-public")),
  ),
  fault("a private address beside a good one", "no", "policy-host/not-public", {
    ...host(fetched(), { ...failing("connect", "not-public"), ...second }),
  }),
  fault("no IPv6 here, and nothing else there", "unknown", "policy-host/not-tried", {
    ...host({ ...failing("connect", "missing", "no IPv6"), ...second }),
  }),
  fault("addresses that nobody tried", "unknown", "policy-host/not-tried", {
    evidence: { policyHost: hostWith([], addresses(policyHost, "192.0.2.10")) },
  }),
  fault("no IPv6 here", "yes", "policy-host/address-not-tried", {
    ...host(fetched(), { ...failing("connect", "missing", "no IPv6"), ...second }),
  }),
  fault("hangs up", "no", "policy-host/tls-failed", host(failing("tls", "closed"))),
  fault(
    "no TLS at all",
    "no",
    "policy-host/tls-failed",
    host(failing("tls", "tls", "wrong version number")),
  ),
  fault(
    "an old version, refused",
    "no",
    "policy-host/tls-version",
    host(failing("tls", "tls-version")),
  ),
  fault("an old version, taken", "no", "policy-host/tls-version", {
    ...host(fetched(undefined, { tls: tlsWith(certificate(policyHost), { protocol: "TLSv1.1" }) })),
  }),
  fault("no failure, and no TLS either", "no", "policy-host/tls-failed", {
    ...host(fetched(undefined, { tls: null })),
  }),
  fine("TLS 1.2", {
    ...host(fetched(undefined, { tls: tlsWith(certificate(policyHost), { protocol: "TLSv1.2" }) })),
  }),
];

function showing(...args: Parameters<typeof tlsWith>) {
  return host(fetched(undefined, { tls: tlsWith(...args) }));
}
const good = certificate(policyHost);

const certificates: readonly Case[] = [
  fault("expired", "no", "policy-host/certificate-expired", {
    ...showing(certificate(policyHost, { notAfter: now - 1 })),
  }),
  fault("not valid yet", "no", "policy-host/certificate-not-yet-valid", {
    ...showing(certificate(policyHost, { notBefore: now + day })),
  }),
  fault(
    "another host's",
    "no",
    "policy-host/certificate-name",
    showing(certificate("www.d.example")),
  ),
  fault(
    "self-signed",
    "no",
    "policy-host/certificate-self-signed",
    showing(good, { trust: "self-signed" }),
  ),
  fault(
    "a private root",
    "no",
    "policy-host/certificate-private-root",
    showing(good, { trust: "private-root" }),
  ),
  fault(
    "no intermediate",
    "no",
    "policy-host/certificate-incomplete",
    showing(good, { trust: "incomplete" }),
  ),
  fault(
    "a wrong signature",
    "no",
    "policy-host/certificate-invalid",
    showing(good, { trust: "invalid" }),
  ),
  fault("no certificate", "no", "policy-host/certificate-invalid", showing(good, { chain: [] })),
  fault("expires in 21 days", "yes", "policy-host/certificate-expiring", {
    ...showing(certificate(policyHost, { notAfter: now + 21 * day })),
  }),
  fine("expires in 22 days", showing(certificate(policyHost, { notAfter: now + 22 * day }))),
  {
    what: "expired, and another host's",
    ...showing(certificate("www.d.example", { notAfter: now - day })),
    codes: ["policy-host/certificate-expired", "policy-host/certificate-name"],
    safe: "no",
  },
];

const html = "<!DOCTYPE html>\n<html><head><title>Hello</title></head></html>";

const answers: readonly Case[] = [
  fault("301", "no", "policy-host/redirect", {
    ...host(fetched("", { status: 301, location: "https://www.d.example/" })),
  }),
  fault("302 without a target", "no", "policy-host/redirect", host(fetched("", { status: 302 }))),
  fault("304 is no redirect", "no", "policy-host/status", host(fetched("", { status: 304 }))),
  fault("404 with a page", "no", "policy-host/status", host(fetched(html, { status: 404 }))),
  fault("404 that breaks off", "no", "policy-host/status", {
    ...host(fetched("", { status: 404, failure: failure("body", "closed") })),
  }),
  fault(
    "200 is the only good status",
    "no",
    "policy-host/status",
    host(fetched(undefined, { status: 203 })),
  ),
  fault("a challenge that says so", "no", "policy-host/challenge", {
    ...host(fetched(html, { status: 403, mitigated: "challenge" })),
  }),
  fault("a challenge that only looks like one", "no", "policy-host/challenge", {
    ...host(fetched(html.replace("Hello", "Just a moment..."), { status: 503 })),
  }),
  fault("a page", "no", "policy-host/html", host(fetched(html, { contentType: "text/html" }))),
  fault("a page as text", "no", "policy-host/html", host(fetched(`\n${html}`))),
  fault("gzip", "no", "policy-host/encoded", {
    ...host(
      fetched("", {
        contentEncoding: "gzip",
        body: {
          encoding: "base64",
          data: "H4sIAAAAAAAAA0vOSCzSzcwtyElNSQUAOEKZHQ0AAAA=",
          complete: true,
        },
      }),
    ),
  }),
  fine("identity", host(fetched(undefined, { contentEncoding: "identity" }))),
  fault("too large", "no", "policy-host/too-large", {
    ...host(fetched("", { failure: failure("body", "too-large"), status: 200 })),
  }),
  fault("cut off at the limit", "no", "policy-host/too-large", {
    ...host(fetched("", { body: { encoding: "utf8", data: policyText(), complete: false } })),
  }),
  ...(["request", "headers", "body"] as const).map((stage) =>
    fault(`slow: ${stage}`, "no", "policy-host/slow", {
      ...host(failing(stage, "timeout")),
    }),
  ),
  fault("header fields without end", "no", "policy-host/broken-off", {
    ...host(failing("headers", "too-large")),
  }),
  fault("breaks off", "no", "policy-host/broken-off", {
    ...host(fetched("", { status: 200, failure: failure("body", "reset") })),
  }),
  fault("no body", "no", "policy-host/broken-off", host(fetched("", { body: null }))),
  fault("neither a failure nor an answer", "no", "policy-host/broken-off", {
    ...host(fetched("", { status: null })),
  }),
  fault("base64 that is none", "no", "policy-host/broken-off", {
    ...host(fetched("", { body: { encoding: "base64", data: "*", complete: true } })),
  }),
  fault("different policies", "no", "policy-host/bodies-differ", {
    ...host(fetched(), fetched(policyText([mx], { maxAge: 86_400 }), second)),
  }),
  fine("the same policy in other lines", {
    ...host(fetched(), fetched(policyText().replaceAll("\r\n", "\n"), second)),
  }),
  {
    what: "a policy, and a page at the other address",
    ...host(fetched(), fetched(html, second)),
    codes: ["policy-host/html"],
    safe: "no",
  },
  {
    what: "a web server without a policy, and no record: no policy host",
    evidence: {
      stsTxt: txt(`_mta-sts.${domain}`),
      policyHost: hostWith(
        [
          fetched(html, { tls: tlsWith(certificate("www.d.example"), { trust: "self-signed" }) }),
          { ...failing("connect", "refused"), ...second },
        ],
        { caa: caa(issue(";")) },
      ),
    },
    codes: ["sts-txt/none"],
    safe: "no",
  },
];

function base64(bytes: readonly number[]): PolicyFetch {
  const data = btoa(String.fromCharCode(...bytes));
  return fetched("", { body: { encoding: "base64", data, complete: true } });
}

const texts: readonly Case[] = [
  fault("empty", "no", "policy-text/invalid", host(fetched(""))),
  fault("`nmx:`", "no", "policy-text/invalid", host(fetched(policyText().replace("mx:", "nmx:")))),
  fault("not UTF-8", "no", "policy-text/invalid", host(base64([0xff, 0xfe, 0x00]))),
  fault("JSON", "no", "policy-text/invalid", host(fetched("{}"))),
  fault("two modes", "yes", "policy-text/loose", {
    ...host(fetched(policyText().replace("max_age", "mode: none\r\nmax_age"))),
  }),
  fault("a max_age of 0", "yes", "policy-text/max-age-short", {
    ...host(fetched(policyText([mx], { maxAge: 0 }))),
  }),
  fault("a second less than a day, in testing", "yes", "policy-text/max-age-short", {
    ...host(fetched(policyText([mx], { mode: "testing", maxAge: 86_399 }))),
  }),
  fine("a day", host(fetched(policyText([mx], { maxAge: 86_400 })))),
  fine("the same pattern twice", host(fetched(policyText([mx, mx])))),
  fault("a blank line", "yes", "sender-quirk/blank-line", host(fetched(`${policyText()}\r\n`))),
  fault(
    "a field more",
    "yes",
    "sender-quirk/extension-field",
    host(fetched(`${policyText()}a: b\r\n`)),
  ),
  fault("mode first", "yes", "sender-quirk/field-order", {
    ...host(fetched(`mode: enforce\nversion: STSv1\nmx: ${mx}\nmax_age: 86400\n`)),
  }),
  fault(
    "another media type",
    "yes",
    "sender-quirk/media-type",
    host(fetched(undefined, { contentType: "text/html" })),
  ),
  fault(
    "no media type",
    "yes",
    "sender-quirk/media-type",
    host(fetched(undefined, { contentType: null })),
  ),
  fault("text as a page", "no", "policy-text/invalid", {
    ...host(fetched("hello", { contentType: "text/html" })),
  }),
  fine(
    "text/plain with parameters",
    host(fetched(undefined, { contentType: "Text/Plain; charset=utf-8" })),
  ),
];

export const policyHostCases = [
  ...dns,
  ...caaCases,
  ...connections,
  ...certificates,
  ...answers,
  ...texts,
];
