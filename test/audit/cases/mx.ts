/** MX records, the addresses of their hosts, and what the policy covers. */
import { fault, fine, type Case } from "../support/case.ts";
import {
  addresses,
  answer,
  certificate,
  domain,
  failed,
  fetched,
  hostWith,
  instance,
  mx,
  mxHost,
  mxRecords,
  policyText,
  probe,
  tlsWith,
} from "../support/subject.ts";
import type { AddressData, MxData } from "../../../src/net/dns/dns-evidence.ts";

const other = "mx2.d.example";
const otherHost = mxHost([probe({ address: "192.0.2.26" }, other)], {}, other);

function serving(...patterns: readonly string[]) {
  return hostWith([fetched(policyText(patterns))]);
}
function hostNamed(host: string) {
  return mxHost([probe({ tls: tlsWith(certificate(host)), dnsNamesWithoutSni: [host] })], {}, host);
}

const records: readonly Case[] = [
  fine("everything as it should be", {}),
  fault("SERVFAIL", "unknown", "mx/unanswered", {
    evidence: { mx: failed<MxData>(domain, "MX", "servfail") },
  }),
  fault("NXDOMAIN", "no", "mx/unknown-domain", {
    evidence: { mx: answer<MxData>(domain, "MX", [], { status: "no-name" }) },
  }),
  fault("none", "no", "mx/none", { evidence: { mx: mxRecords() } }),
  fault("found, and yet none", "no", "mx/none", {
    evidence: { mx: answer<MxData>(domain, "MX", [], { status: "found" }) },
  }),
  fault("the null MX", "no", "mx/null", { evidence: { mx: mxRecords("") } }),
  fault("the null MX, twice", "no", "mx/null", { evidence: { mx: mxRecords("", "") } }),
  fault("the null MX and a host", "yes", "mx/null-beside-others", {
    evidence: { mx: mxRecords("", mx) },
  }),
  fault("an IPv4 address", "no", "mx/address-literal", {
    evidence: { mx: mxRecords("192.0.2.25") },
  }),
  fault("an IPv6 address in brackets", "no", "mx/address-literal", {
    evidence: { mx: mxRecords(mx, "[ipv6:2001:db8::25]") },
  }),
  fine("a host that begins with a number", {
    evidence: { mx: mxRecords("192.mx.d.example"), policyHost: serving("192.mx.d.example") },
    mxHosts: [hostNamed("192.mx.d.example")],
  }),
  fine("the same host twice", { evidence: { mx: mxRecords(mx, mx) } }),
];

const hosts: readonly Case[] = [
  fault("an alias", "yes", "mx/alias", {
    mxHosts: [
      mxHost([probe()], {
        a: answer(mx, "A", [{ address: "192.0.2.25" }], { aliases: ["real.d.example"] }),
      }),
    ],
  }),
  {
    what: "the only host has no address",
    mxHosts: [mxHost([])],
    codes: ["mx/unresolved", "mx/none-resolves"],
    safe: "no",
  },
  fault("one of two hosts has no address", "yes", "mx/unresolved", {
    evidence: { mx: mxRecords(mx, other), policyHost: serving("*.d.example") },
    mxHosts: [mxHost(), mxHost([], {}, other)],
  }),
  fault("SERVFAIL for both families", "unknown", "mx/address-unanswered", {
    mxHosts: [
      mxHost([], {
        a: failed<AddressData>(mx, "A", "servfail"),
        aaaa: failed<AddressData>(mx, "AAAA", "servfail"),
      }),
    ],
  }),
  fault("SERVFAIL for one family", "unknown", "mx/address-unanswered", {
    mxHosts: [mxHost([probe()], { aaaa: failed<AddressData>(mx, "AAAA", "timeout") })],
  }),
  fault("a host that nobody looked at", "unknown", "mx/address-unanswered", { mxHosts: [] }),
  {
    what: "a host that is its own alias",
    mxHosts: [
      mxHost([], {
        a: failed<AddressData>(mx, "A", "loop", [mx]),
        aaaa: failed<AddressData>(mx, "AAAA", "loop", [mx]),
      }),
    ],
    codes: ["mx/alias", "mx/address-unanswered"],
    safe: "unknown",
  },
  fine("IPv6 alone", {
    mxHosts: [mxHost([probe({ address: "2001:db8::25" })], addresses(mx, "2001:db8::25"))],
  }),
];

const twoHosts = { evidence: { mx: mxRecords(mx, other) }, mxHosts: [mxHost(), otherHost] };

const patterns: readonly Case[] = [
  fine("a wildcard right above", { evidence: { policyHost: serving("*.d.example") } }),
  fine("upper case in the policy", { evidence: { policyHost: serving("MX.d.Example") } }),
  fault("another host", "no", "mx-pattern/uncovered", {
    evidence: { policyHost: serving("mx.elsewhere.example") },
  }),
  fault("a wildcard for the domain itself", "no", "mx-pattern/uncovered", {
    evidence: { policyHost: serving("*.mx.d.example") },
  }),
  fault("a wildcard of a domain that only ends alike", "no", "mx-pattern/uncovered", {
    evidence: { mx: mxRecords("mx.bad.example"), policyHost: serving("*.d.example") },
    mxHosts: [hostNamed("mx.bad.example")],
  }),
  fault("one of two hosts", "no", "mx-pattern/uncovered", {
    ...twoHosts,
    evidence: { ...twoHosts.evidence, policyHost: serving(mx) },
  }),
  fault("two labels below the wildcard", "no", "mx-pattern/too-deep", {
    evidence: { mx: mxRecords("a.b.d.example"), policyHost: serving("*.d.example") },
    mxHosts: [hostNamed("a.b.d.example")],
  }),
  fine("two labels below a wildcard, and listed", {
    evidence: {
      mx: mxRecords("a.b.d.example"),
      policyHost: serving("*.d.example", "*.b.d.example"),
    },
    mxHosts: [hostNamed("a.b.d.example")],
  }),
  fault("in testing it is judged alike", "no", "mx-pattern/uncovered", {
    evidence: {
      policyHost: hostWith([fetched(policyText(["x.example"], { mode: "testing" }))]),
    },
  }),
  fine("mode none covers nothing on purpose", {
    evidence: { policyHost: hostWith([fetched(policyText([], { mode: "none" }))]) },
  }),
  {
    what: "no live policy: the declared one is judged",
    ...twoHosts,
    evidence: {
      ...twoHosts.evidence,
      policyHost: hostWith([fetched("", { status: 404 })]),
    },
    declared: {},
    codes: ["policy-host/status", "mx-pattern/uncovered"],
    safe: "no",
  },
  {
    what: "the live policy covers every host, the declared one does not",
    ...twoHosts,
    evidence: { ...twoHosts.evidence, policyHost: serving(mx, other) },
    declared: {
      current: instance("built2", policyText([mx, other])),
      policy: instance("x", policyText([mx])).policy,
    },
    codes: ["drift/not-built", "mx-pattern/uncovered"],
    safe: "no",
  },
];

const covering = instance("built2", policyText([mx, "*.new.d.example", "*.old.d.example"]));
const unused: readonly Case[] = [
  fault("two declared patterns cover nothing: one finding", "yes", "mx-pattern/unused", {
    evidence: { policyHost: hostWith([fetched(covering.text)]) },
    declared: { current: covering },
  }),
  fine("they come from a profile", {
    evidence: { policyHost: hostWith([fetched(covering.text)]) },
    declared: {
      current: covering,
      profilePatterns: new Set(["*.new.d.example", "*.old.d.example"]),
    },
  }),
  fine("nobody declares them", { evidence: { policyHost: hostWith([fetched(covering.text)]) } }),
];

export const mxCases = [...records, ...hosts, ...patterns, ...unused];
