import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dnsIdMatches } from "../../src/names/dns-id.ts";
import { runs } from "../support/parsed.ts";

const long = `${"abcdefghi.".repeat(24)}example.com`;

describe("RFC 9525 §6.3: a dNSName entry against a host's name", () => {
  it.each([
    ["mx.example.com", "mx.example.com"],
    ["MX.Example.COM", "mx.example.com"],
    ["mx.example.com", "MX.EXAMPLE.COM"],
    ["mx.example.com", "mx.example.com."],
    ["*.example.com", "mx.example.com"],
    ["*.Example.com", "MX.example.com."],
    ["*.b.example.com", "a.b.example.com"],
    ["xn--mnchen-3ya.de", "XN--MNCHEN-3YA.de"],
    ["*.xn--mnchen-3ya.de", "mx.xn--mnchen-3ya.de"],
    ["*.example.com", "xn--mx-xka.example.com"],
    ["mail_1.example.com", "mail_1.example.com"],
    [long, long],
  ])("%s is for %s", (entry, host) => {
    expect(dnsIdMatches(entry, host)).toBe(true);
  });

  it.each([
    ["", ""],
    ["", "mx.example.com"],
    ["example.com", "mx.example.com"],
    ["mx.example.com", "example.com"],
    ["mx.example.com", "mx.example.com.evil.example"],
    ["x.example.com", "mx.example.com"],
    // The entry is no name in the DNS's presentation form.
    ["mx.example.com.", "mx.example.com"],
    [" mx.example.com", "mx.example.com"],
    ["mx.example.com\0.evil.example", "mx.example.com"],
    // One label, the whole leftmost one.
    ["*.example.com", "example.com"],
    ["*.example.com", ".example.com"],
    ["*.example.com", "a.b.example.com"],
    ["*.*.example.com", "a.b.example.com"],
    ["a.*.example.com", "a.b.example.com"],
    ["m*.example.com", "mx.example.com"],
    ["*x.example.com", "mx.example.com"],
    ["*", "mx"],
    ["*", "example.com"],
    ["*.", "mx."],
    ["*.com", "example.com"],
    ["*.example.com.", "mx.example.com"],
    // A host that is itself written with a star is none.
    ["*.example.com", "*.example.com"],
    // International names are compared in A-labels.
    ["münchen.de", "münchen.de"],
    ["münchen.de", "xn--mnchen-3ya.de"],
    // Addresses are no names.
    ["192.0.2.1", "192.0.2.1"],
    ["*.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8::1"],
    [`abcdefghi.${long}`, `abcdefghi.${long}`],
    [`${"a".repeat(64)}.example.com`, `${"a".repeat(64)}.example.com`],
  ])("%j is not for %j", (entry, host) => {
    expect(dnsIdMatches(entry, host)).toBe(false);
  });

  it("takes a wildcard for exactly the hosts one label below", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}[a-z]$/);
    const labels = fc.array(label, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(labels, labels, (above, below) => {
        const base = [...above, "example"].join(".");
        const host = [...below, base].join(".");
        expect(dnsIdMatches(`*.${base}`, host)).toBe(below.length === 1);
        expect(dnsIdMatches(host, host)).toBe(true);
      }),
      runs,
    );
  });
});
