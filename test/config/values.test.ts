import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { parseDuration } from "../../src/config/duration.ts";
import { parseIpv4, parseIpv6 } from "../../src/names/ip-address.ts";
import { suggest } from "../../src/config/suggest.ts";

describe("durations", () => {
  test.each([
    ["0", 0],
    ["604800", 604_800],
    ["1s", 1],
    ["10m", 600],
    ["2h", 7200],
    ["1d", 86_400],
    ["1w", 604_800],
    ["9999999999w", 9_999_999_999 * 604_800],
  ])("accepts %s", (text, seconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: seconds, warnings: [] });
  });

  test.each([
    "",
    " ",
    "w",
    "1W",
    "1 w",
    "1w2d",
    "1.5h",
    "-1",
    "+1",
    "0644",
    "01d",
    "1_000",
    "1e3",
    "1y",
    "00",
    "10000000000",
    "1w\n",
    "١w",
  ])("rejects %j", (text) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      problems: [{ code: "config/duration", args: { text }, offset: 0, length: text.length }],
    });
  });
});

describe("IP addresses (RFC 4291 §2.2, RFC 5952 §4)", () => {
  test.each(["0.0.0.0", "192.0.2.10", "255.255.255.255"])("accepts %s", (text) => {
    expect(parseIpv4(text)).toBe(text);
  });
  test.each(["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "1..2.3", "0x1.2.3.4"])(
    "rejects %j",
    (text) => {
      expect(parseIpv4(text)).toBeNull();
    },
  );
  test.each([
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:0:0:0:10", "2001:db8::10"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ])("accepts %s as %s", (text, canonical) => {
    expect(parseIpv6(text)).toBe(canonical);
  });
  test.each([
    "",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    "::1%eth0",
    "[::1]",
    "::/64",
    "1.2.3.4::",
    "::1.2.3.4:1",
    "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7",
  ])("rejects %j", (text) => {
    expect(parseIpv6(text)).toBeNull();
  });
  test("a canonical address is canonical", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const once = parseIpv6(text);
        expect(once).not.toBeNull();
        expect(parseIpv6(once ?? "")).toBe(once);
        expect(new URL(`http://[${text}]/`).hostname).toBe(`[${once ?? ""}]`);
      }),
    );
  });
});

describe("did you mean", () => {
  const keys = ["mode", "mx", "max_age", "profile", "skip_testing", "skip_overlap", "retire"];
  test.each([
    ["mdoe", "mode"],
    ["Mode", "mode"],
    ["max-age", "max_age"],
    ["maxage", "max_age"],
    ["nmx", "mx"],
    ["profil", "profile"],
    ["skip", "skip_testing"],
    ["skiptesting", "skip_testing"],
    ["xyz", null],
    ["", null],
    ["x".repeat(100_000), null],
  ])("%s: %s", (text, expected) => {
    expect(suggest(text, keys)).toBe(expected);
  });
});
