import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDomainName, parseHostName } from "../../src/names/domain-name.ts";
import { expectSound, hostileText, problemsOf, runs, wording } from "../support/parsed.ts";
import { growth } from "../support/processor-time.ts";

const longest = `${"abcdefghi.".repeat(25)}com`;

describe("RFC 5321 §4.1.2 and RFC 1035 §2.3.4", () => {
  it.each([
    "example.com",
    "a.b.c.d.example.co.uk",
    "1and1.de",
    "3.example.com",
    "r3---sn.example.com",
    `${"a".repeat(63)}.example`,
    longest,
    "xn--mnchen-3ya.de",
    "example.xn--p1ai",
  ])("takes %s", (text) => {
    const value = { ascii: text, unicode: null };
    expect(parseDomainName(text)).toEqual({ ok: true, value, warnings: [] });
    expect(parseHostName(text)).toEqual({ ok: true, value: text, warnings: [] });
  });

  it("lowers what is written in capitals", () => {
    const value = { ascii: "example.com", unicode: null };
    expect(parseDomainName("Example.COM")).toEqual({ ok: true, value, warnings: [] });
  });

  it.each([
    ["", "name/empty@0+0"],
    ["  ", "name/empty@0+2"],
    [".", "name/empty-label@0+1"],
    ["a..example", "name/empty-label@2+1"],
    [".example.com", "name/empty-label@0+1"],
    ["example.com..", "name/empty-label@12+1"],
    ["example.com.", "name/trailing-dot@11+1"],
    [`${"a".repeat(64)}.example`, "name/label-too-long@0+64"],
    [`a${longest}`, "name/too-long@0+254"],
    ["a".repeat(100_000), "name/too-long@0+100000"],
    ["-a.example", "name/hyphen@0+1"],
    ["a-.example", "name/hyphen@1+1"],
    ["_dmarc.example.com", "name/underscore@0+1"],
    ["*.example.com", "name/wildcard@0+1"],
    ["com", "name/single-label@0+3"],
    ["example.123", "name/numeric-tld@8+3"],
    ["192.0.2.1", "name/ip-address@0+9"],
    ["[192.0.2.1]", "name/ip-address@0+11"],
    ["2001:db8::1", "name/ip-address@0+11"],
    ["https://example.com/", "name/url@0+20"],
    ["example.com/x", "name/url@0+13"],
    ["example.com\\x", "name/url@0+13"],
    ["../../etc/passwd", "name/url@0+16"],
    ["example.com:443", "name/port@11+4"],
    ["tls@example.com", "name/mail-address@0+15"],
    ["a.example, b.example", "name/list@0+20"],
    ["a.example\nb.example", "name/list@0+19"],
    [" example.com", "name/space@0+12"],
    ["exa$mple.com", "name/character@3+1"],
    ["exa\u0000mple.com", "name/character@3+1"],
    ["exa%6dple.com", "name/character@3+1"],
    ["xn--zzzzzzzz.example", "name/a-label@0+12"],
    ["xn--.example", "name/hyphen@3+1"],
  ])("refuses %j", (text, problem) => {
    const parsed = parseDomainName(text);
    expect(problemsOf(parsed)).toEqual([problem]);
    expect(parsed.ok).toBe(false);
    expect(problemsOf(parseHostName(text))).toEqual([problem]);
  });

  it("reports several faults of one name", () => {
    expect(problemsOf(parseDomainName("-a._b.c!d.1."))).toEqual([
      "name/hyphen@0+1",
      "name/underscore@3+1",
      "name/character@7+1",
      "name/numeric-tld@10+1",
      "name/trailing-dot@11+1",
    ]);
  });

  it("says what to write", () => {
    expect(wording(parseDomainName("Example.com.")).fix).toContain("write example.com;");
    expect(wording(parseDomainName("https://example.com/x")).fix).toContain(": example.com");
    expect(wording(parseDomainName("tls@example.com")).fix).toContain(": example.com");
  });
});

describe("RFC 5891 §4: international names", () => {
  it.each([
    ["münchen.de", "xn--mnchen-3ya.de"],
    ["MÜNCHEN。DE", "xn--mnchen-3ya.de"],
    ["faß.de", "xn--fa-hia.de"],
    ["mu\u0308nchen.de", "xn--mnchen-3ya.de"],
    ["пример.рф", "xn--e1afmkfd.xn--p1ai"],
    ["mail.例え.jp", "mail.xn--r8jz45g.jp"],
  ])("takes %s as written", (text, ascii) => {
    const value = { ascii, unicode: text };
    expect(parseDomainName(text)).toEqual({ ok: true, value, warnings: [] });
    expect(parseHostName(text)).toMatchObject({ value: ascii });
  });

  it("keeps no written form where it would only hide an ASCII name", () => {
    const value = { ascii: "example.com", unicode: null };
    expect(parseDomainName("ex\u00adample.com")).toEqual({ ok: true, value, warnings: [] });
    expect(parseDomainName("ｅxample.com")).toEqual({ ok: true, value, warnings: [] });
  });

  it.each([
    ["１２７.0.0.1", "name/ip-address@0+9"],
    ["a／b.de", "name/international@0+6"],
    ["＊.example.com", "name/wildcard@0+13"],
    ["\u200d.de", "name/international@0+4"],
    ["\ud800.de", "name/international@0+4"],
    ["-ü.de", "name/hyphen@0+1"],
    ["ü_.de", "name/underscore@1+1"],
    ["ü..de", "name/empty-label@2+1"],
    ["ü.de。", "name/trailing-dot@4+1"],
    ["ü", "name/single-label@0+1"],
    [`${"ü".repeat(70)}.de`, "name/label-too-long@0+73"],
    ["ü%2e.de", "name/character@1+1"],
    ["ü".repeat(2000), "name/too-long@0+2000"],
  ])("refuses %j", (text, problem) => {
    expect(problemsOf(parseDomainName(text))).toEqual([problem]);
  });
});

describe("hostile input", () => {
  const words = [
    "example",
    ".com",
    "xn--",
    "mnchen-3ya",
    "ü",
    "。",
    "..",
    "../",
    "1.2.3.4",
    ":443",
  ];

  it("never throws; what is taken is safe as the name of a folder and of a zone", () => {
    fc.assert(
      fc.property(hostileText(words), (text) => {
        const parsed = parseDomainName(text);
        expectSound(text, parsed);
        expect(parseHostName(text).ok).toBe(parsed.ok);
        if (!parsed.ok) return;
        const { ascii } = parsed.value;
        expect(ascii).toMatch(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        expect(ascii.length).toBeLessThanOrEqual(253);
        expect(Math.max(...ascii.split(".").map((label) => label.length))).toBeLessThanOrEqual(63);
        const value = { ascii, unicode: null };
        expect(parseDomainName(ascii)).toEqual({ ok: true, value, warnings: [] });
      }),
      runs,
    );
  });

  it.each<[string, (size: number) => string]>([
    ["labels", (size) => "a.".repeat(size * 100_000)],
    ["letters", (size) => "a".repeat(size * 200_000)],
    ["colons", (size) => ":".repeat(size * 100_000)],
    ["spaces", (size) => `a${" ".repeat(size * 200_000)}b`],
    ["international letters", (size) => "ü".repeat(size * 100_000)],
  ])("is work that is linear in %s", async (_, make) => {
    expect(await growth(make, parseDomainName)).toBeLessThan(30);
  });
});
