import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  mxMatches,
  parseMxPattern,
  patternCovers,
  patternsOverlap,
} from "../../src/mta-sts/mx-pattern.ts";
import { expectSound, hostileText, problemsOf, runs, wording } from "../support/parsed.ts";
import { growth } from "../support/processor-time.ts";

const long = `${"abcdefghi.".repeat(24)}example.com`;

describe("RFC 8461 §3.2: a pattern to publish", () => {
  it.each([
    ["mx1.example.com", { text: "mx1.example.com", wildcard: false, host: "mx1.example.com" }],
    [
      "*.Mail.Example.NET",
      { text: "*.mail.example.net", wildcard: true, host: "mail.example.net" },
    ],
    [
      "xn--MNCHEN-3ya.de",
      { text: "xn--mnchen-3ya.de", wildcard: false, host: "xn--mnchen-3ya.de" },
    ],
    ["1and1.de", { text: "1and1.de", wildcard: false, host: "1and1.de" }],
    [long, { text: long, wildcard: false, host: long }],
  ])("takes %s", (text, value) => {
    expect(parseMxPattern(text)).toEqual({ ok: true, value, warnings: [] });
  });

  it.each([
    ["", "mx/empty@0+0"],
    [" ", "mx/empty@0+1"],
    ["*", "mx/wildcard-alone@0+1"],
    ["*.", "mx/wildcard-alone@0+2"],
    ["a*.x.example", "mx/wildcard-partial@1+1"],
    ["*a.x.example", "mx/wildcard-partial@0+1"],
    ["**.x.example", "mx/wildcard-partial@0+1"],
    ["*.*.x.example", "mx/wildcard-several@2+1"],
    ["*.a.*.example", "mx/wildcard-several@4+1"],
    ["mail.*.example", "mx/wildcard-not-first@5+1"],
    ["*.com", "mx/wildcard-tld@0+5"],
    [".example.com", "mx/leading-dot@0+1"],
    ["10 mail.example.com", "mx/preference@0+3"],
    ["mail.example.com.", "name/trailing-dot@16+1"],
    ["*.example.com.", "name/trailing-dot@13+1"],
    ["mail_x.example.com", "name/underscore@4+1"],
    ["mail.example.com:25", "name/port@16+3"],
    ["*.example.com:25", "name/port@13+3"],
    ["192.0.2.1", "name/ip-address@0+9"],
    ["[192.0.2.1]", "name/ip-address@0+11"],
    ["2001:db8::1", "name/ip-address@0+11"],
    ["[IPv6:2001:db8::1]", "name/ip-address@0+18"],
    ["*.192.0.2.1", "name/ip-address@2+9"],
    ["a..example", "name/empty-label@2+1"],
    [`${"a".repeat(64)}.example`, "name/label-too-long@0+64"],
    [`abcdefghi.${long}`, "name/too-long@0+261"],
    ["-a.example", "name/hyphen@0+1"],
    ["a-.example", "name/hyphen@1+1"],
    ["*.-a.example", "name/hyphen@2+1"],
    ["møx.example", "name/non-ascii@0+11"],
    ["＊.example.com", "name/non-ascii@0+13"],
    ["smtp://mail.example.com/", "name/url@0+24"],
    ["mail.example.com/x", "name/url@0+18"],
    ["mailto:a@example.com", "name/mail-address@0+20"],
    ["a.example, b.example", "name/list@0+20"],
    ["a.example b.example", "name/list@0+19"],
    ["a.example\n", "name/space@0+10"],
    ["localhost", "name/single-label@0+9"],
    ["mail.example.123", "name/numeric-tld@13+3"],
    ["xn--zzzzzzzz.example", "name/a-label@0+12"],
    ["a\u0000b.example", "name/character@1+1"],
  ])("refuses %j with one precise code", (text, problem) => {
    const parsed = parseMxPattern(text);
    expect(problemsOf(parsed)).toEqual([problem]);
    expect(parsed.ok).toBe(false);
  });

  it("takes a wildcard that some name of 253 octets can match, and no longer one", () => {
    expect(long).toHaveLength(251);
    expect(parseMxPattern(`*.${long}`).ok).toBe(true);
    expect(problemsOf(parseMxPattern(`*.a${long}`))).toEqual(["name/too-long@0+254"]);
  });

  it("reports several faults of one name", () => {
    expect(problemsOf(parseMxPattern("-a.b_c.example."))).toEqual([
      "name/hyphen@0+1",
      "name/underscore@4+1",
      "name/trailing-dot@14+1",
    ]);
  });

  it.each([
    ["*.münchen.example", "write *.xn--mnchen-3ya.example, the form that DNS uses"],
    ["*.example.com:25", "write *.example.com"],
    ["*.Example.com.", "write *.example.com; the final dot belongs in zone files only"],
    ["10 mail.example.com", "write the host name only: mail.example.com"],
    ["smtp://mail.example.com:25/", "write the host name only: mail.example.com"],
    ["＊.example.com", "write the name in its ASCII form, xn--…"],
  ])("says for %s what to write", (text, fix) => {
    expect(wording(parseMxPattern(text)).fix).toBe(fix);
  });
});

describe("RFC 8461 §4.1: matching", () => {
  it.each([
    ["mail.example.com", "mail.example.com", true],
    ["Mail.Example.com", "mail.EXAMPLE.com.", true],
    ["mail.example.com", "a.mail.example.com", false],
    ["*.example.com", "mail.example.com", true],
    ["*.example.com", "MAIL.example.com.", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "a.b.example.com", false],
    ["*.example.com", ".example.com", false],
    ["*.example.com", "", false],
    ["*.xn--mnchen-3ya.de", "mx.münchen.de", true],
    ["*.münchen.de", "mx.xn--mnchen-3ya.de", true],
    ["*.", "a.", false],
    ["*", "a", false],
    ["", "", false],
    ["é／.de", "ü／.de", false],
  ])("%s and %s: %s", (pattern, host, matches) => {
    expect(mxMatches(pattern, host)).toBe(matches);
  });
});

describe("patterns against patterns", () => {
  it.each([
    // a, b, overlap, a covers b, b covers a
    ["a.example.com", "A.example.com", true, true, true],
    ["a.example.com", "b.example.com", false, false, false],
    ["*.example.com", "a.example.com", true, true, false],
    ["*.example.com", "*.Example.com", true, true, true],
    ["*.example.com", "*.b.example.com", false, false, false],
    ["*.example.com", "a.b.example.com", false, false, false],
    ["*.example.com", "example.com", false, false, false],
  ])("%s and %s", (a, b, overlap, covers, covered) => {
    expect(patternsOverlap(a, b)).toBe(overlap);
    expect(patternsOverlap(b, a)).toBe(overlap);
    expect(patternCovers(a, b)).toBe(covers);
    expect(patternCovers(b, a)).toBe(covered);
  });

  const pattern = fc
    .tuple(fc.boolean(), fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }))
    .map(([wild, labels]) => `${wild ? "*." : ""}${labels.join(".")}.example`);

  /** Every host that a pattern allows, as far as three labels can tell apart. */
  function hostsOf(text: string): string[] {
    if (!text.startsWith("*.")) return [text];
    return ["a", "b", "c", "d"].map((label) => `${label}${text.slice(1)}`);
  }

  it("overlap and covering are what the hosts say", () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const [first, second] = [hostsOf(a), hostsOf(b)];
        expect(patternsOverlap(a, b)).toBe(first.some((host) => second.includes(host)));
        expect(patternCovers(a, b)).toBe(second.every((host) => first.includes(host)));
        for (const host of second) expect(mxMatches(b, host)).toBe(true);
      }),
      runs,
    );
  });
});

describe("hostile input", () => {
  const words = [
    "*",
    "*.",
    "mail",
    "example",
    ".com",
    "xn--",
    "mnchen-3ya",
    "10 ",
    ":25",
    "1.2.3.4",
    "ü",
  ];

  it("never throws; what is taken is stable, lower case, and matches as it should", () => {
    fc.assert(
      fc.property(hostileText(words), fc.string({ unit: "binary" }), (text, host) => {
        const parsed = parseMxPattern(text);
        expectSound(text, parsed);
        expect(mxMatches(text, host) || mxMatches(host, text)).toBeTypeOf("boolean");
        if (!parsed.ok) return;
        const { value } = parsed;
        expect(value.text).toMatch(/^(\*\.)?[a-z0-9.-]+$/);
        expect(parseMxPattern(value.text)).toEqual({ ok: true, value, warnings: [] });
        expect(mxMatches(text, value.wildcard ? `x.${value.host}` : value.host)).toBe(true);
      }),
      runs,
    );
  });

  it.each<[string, (size: number) => string]>([
    ["labels", (size) => "a.".repeat(size * 100_000)],
    ["spaces", (size) => `1${" ".repeat(size * 100_000)}`],
    ["stars", (size) => "*.".repeat(size * 100_000)],
    ["slashes", (size) => `a:${"/".repeat(size * 100_000)}`],
    ["international", (size) => "ü".repeat(size * 100_000)],
  ])("is work that is linear in %s", async (_, make) => {
    expect(await growth(make, parseMxPattern)).toBeLessThan(30);
    expect(await growth(make, (text) => mxMatches(text, text))).toBeLessThan(30);
  });
});
