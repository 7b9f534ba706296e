import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatSpan,
  formatStamp,
  formatTime,
  lastSecond,
  parseStamp,
} from "../../../src/site/stamp.ts";
import { runs } from "../../support/parsed.ts";

describe("a stamp", () => {
  test.each([
    ["19700101T000000Z", 0],
    ["20000229T235959Z", 951_868_799],
    ["20261124T093000Z", 1_795_512_600],
    ["99991231T235959Z", lastSecond],
  ])("%s", (text, seconds) => {
    expect(parseStamp(text)).toBe(seconds);
    expect(formatStamp(seconds)).toBe(text);
  });

  test.each([
    "",
    "20261124",
    "20261124T093000",
    "20261124T093000z",
    "20261124T093000Z ",
    "20261124T093000Z\n",
    "2026-11-24T09:30:00Z",
    "20260230T000000Z",
    "20261301T000000Z",
    "20261100T000000Z",
    "20261124T240000Z",
    "20261124T096000Z",
    "20261124T093060Z",
    "20250229T000000Z",
    "+0261124T093000Z",
    "٢٠٢٦١١٢٤T٠٩٣٠٠٠Z",
  ])("%j is none", (text) => {
    expect(parseStamp(text)).toBeNull();
  });

  test("comes back from its text, is a policy id, and sorts as time does", () => {
    const seconds = fc.integer({ min: 0, max: lastSecond });
    fc.assert(
      fc.property(seconds, seconds, (a, b) => {
        expect(parseStamp(formatStamp(a))).toBe(a);
        expect(formatStamp(a)).toMatch(/^[A-Za-z0-9]{1,32}$/);
        expect(formatStamp(a) < formatStamp(b)).toBe(a < b);
      }),
      runs,
    );
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parseStamp(text)).toBeNull();
      }),
      runs,
    );
  });
});

test("a time for people", () => {
  expect(formatTime(1_795_512_659)).toBe("2026-11-24 09:30 UTC");
});

test.each([
  [0, "0 seconds"],
  [1, "1 second"],
  [119, "119 seconds"],
  [120, "2 minutes"],
  [121, "3 minutes"],
  [3600, "60 minutes"],
  [7199, "120 minutes"],
  [7200, "2 hours"],
  [86_400, "24 hours"],
  [90_000, "25 hours"],
  [172_800, "2 days"],
  [172_801, "3 days"],
  [604_800 + 3600, "8 days"],
])("a length of time for people: %i seconds are %s", (seconds, text) => {
  expect(formatSpan(seconds)).toBe(text);
});
