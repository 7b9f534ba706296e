/** What the page's client works out without a browser: names, times, searches. */
import { describe, expect, test } from "vitest";
import { momentWords } from "../../../src/pages/wording.ts";
import { visibleParts } from "../../../src/pages/visible-text.ts";
import { relativeName } from "../../../src/site/dns-record.ts";
import { SearchIndex } from "../../../src/site/records-page/client/search.ts";
import { spanWords } from "../../../src/site/records-page/client/span-words.ts";
import { packPage } from "../../../src/site/records-page/codec.ts";
import { policy, sampleDomain } from "./records-page-data.ts";

test.each([
  [0, "0 seconds"],
  [1, "1 second"],
  [60, "1 minute"],
  [3600, "1 hour"],
  [5400, "1 hour 30 minutes"],
  [86_400, "1 day"],
  [604_800, "1 week"],
  [1_209_600, "2 weeks"],
  [2_592_000, "30 days"],
  [31_536_000, "365 days"],
  [31_557_600, "365 days 6 hours"],
])("%i seconds are %s", (seconds, words) => {
  expect(spanWords(seconds)).toBe(words);
});

test("a moment is told in UTC, and no number is too large to be told", () => {
  expect(momentWords(1_797_067_800)).toBe("12 Dec 2026, 09:30 UTC");
  expect(momentWords(1e15)).toBe("second 1000000000000000");
});

test.each([
  ["_mta-sts.example.com", "example.com", "_mta-sts"],
  ["_mta-sts.news.example.com", "example.com", "_mta-sts.news"],
  ["example.com", "example.com", "@"],
  ["_mta-sts.notexample.com", "example.com", "_mta-sts.notexample.com"],
  ["a.example._mta-sts.sts.msp.example", "sts.msp.example", "a.example._mta-sts"],
])("%s in the zone %s is %s", (name, zone, relative) => {
  expect(relativeName(name, zone, "@")).toBe(relative);
});

describe("what would not be seen is spelt out", () => {
  const shown = (text: string): string => {
    return visibleParts(text)
      .map((part) => (part.hidden ? `<${part.text}>` : part.text))
      .join("");
  };
  test.each([
    ["plain", "plain"],
    ["a\u202ebc", "a<U+202E>bc"],
    ["a\u200bb\ufeff", "a<U+200B>b<U+FEFF>"],
    ["a\u0000b\u001b[31m", "a<U+0000>b<U+001B>[31m"],
    ["\u2028", "<U+2028>"],
    ["\ud800x", "<U+D800>x"],
    ["one\r\ntwo\nthree\tfour\rfive", "one\ntwo\nthree\tfour<U+000D>five"],
    ["نامه\u200cای", "نامه\u200cای"],
    ["bücher 書籍 😀", "bücher 書籍 😀"],
  ])("%j", (text, visible) => {
    expect(shown(text)).toBe(visible);
  });
});

describe("search", () => {
  const policies = [
    policy("enforce", ["mx.google.example"], 604_800),
    policy("testing", ["mx.other.example"], 86_400),
    policy("none", [], 86_400),
  ];
  const index = new SearchIndex(
    packPage({
      version: "1",
      policies,
      domains: [
        sampleDomain({ domain: "google.example", policy: 1, id: "20260101T000000Z" }),
        sampleDomain({ domain: "mail.example", policy: 0, id: "20270202T000000Z" }),
        sampleDomain({ domain: "none.example", policy: 2, id: "x" }),
        sampleDomain({ domain: "xn--bcher-kva.example", unicode: "bücher.example", id: null }),
      ],
    }),
  );

  test.each([
    ["", null, [0, 1, 2, 3]],
    ["example", null, [0, 1, 2, 3]],
    ["MAIL", null, [1]],
    ["google", null, [0]],
    ["mx:google", null, [1]],
    ["mx:google mail", null, [1]],
    ["mx:google bücher", null, []],
    ["BÜCHER", null, [3]],
    ["bu\u0308cher", null, [3]],
    ["xn--bcher", null, [3]],
    ["20270202t", null, [1]],
    ["  example   goo ", null, [0]],
    ["", "none", [2]],
    ["", "reports", [3]],
    ["google", "enforce", []],
    ["toString", null, []],
  ] as const)("%j of kind %s", (query, kind, found) => {
    expect(index.find(query, kind)).toEqual(found);
  });

  test("counts each kind", () => {
    expect(index.counts).toEqual({ enforce: 1, testing: 1, none: 1, reports: 1 });
  });
});
