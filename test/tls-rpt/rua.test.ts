import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostOfRua, parseRua } from "../../src/tls-rpt/rua.ts";
import { expectSound, hostileText, problemsOf, runs, wording } from "../support/parsed.ts";
import { growth } from "../support/processor-time.ts";

describe("RFC 8460 §3: report URIs", () => {
  it.each([
    ["mailto:tls@example.com", "mailto:tls@example.com"],
    ["MAILTO:Tls.Reports+x@Example.COM", "mailto:Tls.Reports+x@example.com"],
    ["mailto:tls%21rpt@example.com", "mailto:tls%21rpt@example.com"],
    ["mailto:%22a%20b%22@example.com", "mailto:%22a%20b%22@example.com"],
    ["mailto:%C3%BC@example.com", "mailto:%C3%BC@example.com"],
    ["https://R.Example.com/V1", "https://r.example.com/V1"],
    ["HTTPS://r.example.com:8443/v1?a=b&c=%2C#x", "https://r.example.com:8443/v1?a=b&c=%2C#x"],
    ["https://192.0.2.1/", "https://192.0.2.1/"],
    ["https://[2001:DB8::1]:444/", "https://[2001:db8::1]:444/"],
    ["https://r.example.com", "https://r.example.com"],
  ])("takes %s", (text, value) => {
    expect(parseRua(text)).toEqual({ ok: true, value, warnings: [] });
  });

  it.each([
    ["", "rua/empty@0+0"],
    ["tls@example.com", "rua/bare-address@0+15"],
    ["example.com/x", "rua/no-scheme@0+13"],
    ["http://r.example/x", "rua/http@0+4"],
    ["ftp://r.example/x", "rua/scheme@0+3"],
    ["javascript:alert(1)", "rua/scheme@0+10"],
    ["mailto:a@example.com!10m", "rua/size-suffix@20+4"],
    ["https://r.example/x!5", "rua/size-suffix@19+2"],
    ["mailto:a!b@example.com", "rua/unencoded@8+1"],
    ["https://r.example/a,b", "rua/unencoded@19+1"],
    ["https://r.example/a;b", "rua/unencoded@19+1"],
    ["mailto:a@example.com,mailto:b@example.com", "rua/several@20+1"],
    ["mailto:a@example.com, b@example.com", "rua/several@20+1"],
    ["mailto:a@example.com;https://r.example/", "rua/several@20+1"],
    ["mailto:a@example.com mailto:b@example.com", "rua/space@20+1"],
    [" mailto:a@example.com", "rua/space@0+1"],
    ["mailto:a@example.com\r\nrua=x", "rua/control-character@20+1"],
    ["mailto:a\u0000@example.com", "rua/control-character@8+1"],
    ["mailto:a\u0085@example.com", "rua/control-character@8+1"],
    ["mailto:a\ud800@example.com", "rua/control-character@8+1"],
    ["mailto:ä@example.com", "rua/non-ascii@7+1"],
    ["https://r.example/😀", "rua/non-ascii@18+2"],
    ["https://r.example/<", "rua/character@18+1"],
    ["https://r.example/#a#", "rua/character@20+1"],
    ["https://r.example/%zz", "rua/percent@18+3"],
    ["https://r.example/%", "rua/percent@18+1"],
  ])("refuses %j", (text, problem) => {
    const parsed = parseRua(text);
    expect(problemsOf(parsed)).toEqual([problem]);
    expect(parsed.ok).toBe(false);
  });

  it("reports several faults of one URI", () => {
    expect(problemsOf(parseRua("http://u@a_b.example:0/<"))).toEqual([
      "rua/http@0+4",
      "rua/userinfo@7+2",
      "name/underscore@10+1",
      "rua/port@20+2",
      "rua/character@23+1",
    ]);
  });
});

describe("RFC 6068 §2: mailto", () => {
  it.each([
    ["mailto:", "rua/mailbox@7+0"],
    ["mailto:abc.example", "rua/mailbox@7+11"],
    ["mailto:@example.com", "rua/mailbox@7+0"],
    ["mailto:a@", "rua/mailbox@7+2"],
    ["mailto:a@b@example.com", "rua/mailbox@7+15"],
    ["mailto:.a@example.com", "rua/mailbox@7+2"],
    ["mailto:a..b@example.com", "rua/mailbox@7+4"],
    ["mailto:a%0D%0Ab@example.com", "rua/mailbox@7+8"],
    ["mailto:a%FF@example.com", "rua/mailbox@7+4"],
    [`mailto:${"a".repeat(65)}@example.com`, "rua/mailbox@7+65"],
    ["mailto:a/b@example.com", "rua/character@8+1"],
    ["mailto:a&b@example.com", "rua/character@8+1"],
    ["mailto://a@example.com", "rua/mailto-slashes@7+2"],
    ["mailto:a@münchen.example", "name/non-ascii@9+15"],
    ["mailto:a@[192.0.2.1]", "name/ip-address@9+11"],
    ["mailto:a@192.0.2.1", "name/ip-address@9+9"],
    ["mailto:a@example.com.", "name/trailing-dot@20+1"],
    ["mailto:a@localhost", "name/single-label@9+9"],
  ])("refuses %j", (text, problem) => {
    expect(problemsOf(parseRua(text))).toEqual([problem]);
  });

  it("takes header fields with a warning: RFC 6068 allows them, RFC 8460 §5.3 has no use for them", () => {
    const parsed = parseRua("mailto:a@example.com?subject=x%20y");
    expect(parsed).toMatchObject({ ok: true, value: "mailto:a@example.com?subject=x%20y" });
    expect(problemsOf(parsed)).toEqual(["rua/header-fields@20+14"]);
    expect(wording(parsed).fix).toBe("write mailto:a@example.com");
  });
});

describe("RFC 9110 §4.2.2: https", () => {
  it.each([
    ["https:", "rua/no-host@0+6"],
    ["https://", "rua/no-host@8+0"],
    ["https:///x", "rua/no-host@8+0"],
    ["https://:443/x", "rua/no-host@8+0"],
    ["https://u:p@r.example/", "rua/userinfo@8+4"],
    ["https://r.example:/", "rua/port@17+1"],
    ["https://r.example:65536/", "rua/port@17+6"],
    ["https://r.example:x/", "rua/port@17+2"],
    ["https://[::zz]/", "rua/host@8+6"],
    ["https://münchen.example/", "name/non-ascii@8+15"],
    ["https://r.%65xample/", "name/character@10+1"],
    ["https://localhost/", "name/single-label@8+9"],
  ])("refuses %j", (text, problem) => {
    expect(problemsOf(parseRua(text))).toEqual([problem]);
  });
});

describe("wording", () => {
  it.each([
    ["mailto:a@example.com!10m", "write mailto:a@example.com"],
    ["tls@example.com", "write mailto:tls@example.com"],
    ["http://r.example/x", 'write "https://r.example/x"'],
    ["mailto:a!b@example.com", "write mailto:a%21b@example.com"],
    ["https://r.example/a,b;c", "write https://r.example/a%2Cb%3Bc"],
    ["mailto:ä@example.com", "write mailto:%C3%A4@example.com"],
    ["mailto:a@münchen.example", "write xn--mnchen-3ya.example, the form that DNS uses"],
    [" mailto:a@example.com ", "write mailto:a@example.com"],
  ])("says for %j what to write", (text, fix) => {
    expect(wording(parseRua(text)).fix).toBe(fix);
  });
});

describe("hostile input", () => {
  const words = [
    "mailto:",
    "https://",
    "http:",
    "a",
    "tls",
    "@",
    "example.com",
    "!10m",
    "%2C",
    "%",
    "?subject=",
    "[::1]",
    ":443",
    "/",
  ];

  it("never throws; what is taken is stable and fits into a record", () => {
    fc.assert(
      fc.property(hostileText(words), (text) => {
        const parsed = parseRua(text);
        expectSound(text, parsed);
        if (!parsed.ok) return;
        expect(parsed.value).toMatch(/^[\x21-\x7e]+$/);
        expect(parsed.value).not.toMatch(/[,;!]/);
        expect(parseRua(parsed.value)).toMatchObject({ ok: true, value: parsed.value });
      }),
      runs,
    );
  });

  it.each<[string, (size: number) => string]>([
    ["letters", (size) => "a".repeat(size * 200_000)],
    ["exclamation marks", (size) => `mailto:a${"!1".repeat(size * 100_000)}x`],
    ["commas", (size) => `mailto:a@x.example/${",".repeat(size * 50_000)}`],
    ["percent signs", (size) => `mailto:${"%41".repeat(size * 50_000)}@example.com`],
    ["quoted pairs", (size) => `mailto:%22${"%5C".repeat(size * 50_000)}@example.com`],
    ["a path", (size) => `https://x.example/${"a/".repeat(size * 100_000)}#`],
    ["a host", (size) => `https://${"a.".repeat(size * 100_000)}/`],
    ["at signs", (size) => `https://${"@".repeat(size * 100_000)}`],
  ])("is work that is linear in %s", async (_, make) => {
    expect(await growth(make, parseRua)).toBeLessThan(30);
  });
});

it.each([
  ["mailto:tls@example.com", "example.com"],
  ["mailto:%22a@b%22@example.com?subject=x@y", "example.com"],
  ["https://r.example.com/V1", "r.example.com"],
  ["https://r.example.com:8443/v1?a=b@c", "r.example.com"],
  ["https://[2001:db8::1]:8443/", "2001:db8::1"],
  ["https://192.0.2.1", "192.0.2.1"],
])("the host of %s is %s", (uri, host) => {
  expect(hostOfRua(uri)).toBe(host);
});
