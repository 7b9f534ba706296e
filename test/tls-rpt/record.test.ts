import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatTlsRptRecord,
  parseTlsRptRecord,
  selectTlsRptRecord,
  type TlsRptRecord,
} from "../../src/tls-rpt/record.ts";
import { expectSound, hostileText, problemsOf, runs } from "../support/parsed.ts";
import { growth } from "../support/processor-time.ts";

describe("RFC 8460 §3: the record", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["v=TLSRPTv1; rua=mailto:a@example.com", ["mailto:a@example.com"], []],
    ["v=TLSRPTv1;rua=mailto:a@example.com;", ["mailto:a@example.com"], []],
    [
      "v=TLSRPTv1; rua=mailto:a@x.example , \thttps://x.example/?b=c",
      ["mailto:a@x.example", "https://x.example/?b=c"],
      [],
    ],
    [
      "v=TLSRPTv1; x=y; rua=mailto:a@example.com",
      ["mailto:a@example.com"],
      ["record/extension@12+1"],
    ],
    [
      "v=TLSRPTv1; rua=mailto:a@example.com; ruf=mailto:b@example.com",
      ["mailto:a@example.com"],
      ["record/similar-field@38+3"],
    ],
    [
      "v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com",
      ["mailto:a@example.com"],
      ["record/duplicate-field@38+3"],
    ],
    ["v=TLSRPTv1; rua=http://x.example/", ["http://x.example/"], ["tls-rpt/rua-http@16+4"]],
    [
      "v=TLSRPTv1; rua=mailto:a@example.com; test",
      ["mailto:a@example.com"],
      ["tls-rpt/field-without-value@38+4"],
    ],
    [
      "v=TLSRPTv1; rua=mailto:a@x.example  ",
      ["mailto:a@x.example"],
      ["record/trailing-space@34+2"],
    ],
    [
      "v=TLSRPTv1 ; rua=mailto:a@x.example",
      ["mailto:a@x.example"],
      ["record/space-after-version@10+1"],
    ],
  ])("takes %j", (text, rua, problems) => {
    const parsed = parseTlsRptRecord(text);
    expect(problemsOf(parsed)).toEqual(problems);
    expect(parsed).toMatchObject({ ok: true, value: { rua } });
  });

  it.each<[string, ...string[]]>([
    ["v=TLSRPTv1", "tls-rpt/missing-rua@10+0"],
    ["v=TLSRPTv1; RUA=mailto:a@x.example", "record/similar-field@12+3", "tls-rpt/missing-rua@34+0"],
    ["v=TLSRPTv1; rua=", "tls-rpt/empty-uri@15+1"],
    ["v=TLSRPTv1; rua=mailto:a@x.example,", "tls-rpt/empty-uri@34+1"],
    ["v=TLSRPTv1; rua=,mailto:a@x.example", "tls-rpt/empty-uri@15+1"],
    ["v=TLSRPTv1; rua=mailto:a@x.example,b@x.example", "rua/bare-address@35+11"],
    ["v=TLSRPTv1; rua=mailto:a@x.example;mailto:b@x.example", "tls-rpt/semicolon-separator@35+18"],
    [
      "v=TLSRPTv1; rua=mailto:a@x.example;https://x.example/?a=b",
      "tls-rpt/semicolon-separator@35+22",
    ],
    ["v=TLSRPTv1; rua=mailto:a@x.example!10m,ftp://x", "rua/size-suffix@34+4", "rua/scheme@39+3"],
    ["v=TLSRPTv1; rua =mailto:a@x.example", "record/space-around-equals@16+1"],
    ["v=TLSRPTv1; rua=mailto:a@x.example;;", "record/empty-field@35+1"],
    ["v=TLSRPTv1; rua=mailto:a@x.example; x=", "record/field-value@36+1"],
    ["v=STSv1; id=a", "record/version@0+7"],
  ])("refuses %j", (text, ...problems) => {
    const parsed = parseTlsRptRecord(text);
    expect(problemsOf(parsed)).toEqual(problems);
    expect(parsed.ok).toBe(false);
  });

  it("discards what does not begin with v=TLSRPTv1; and needs exactly one", () => {
    const one = "v=TLSRPTv1; rua=mailto:a@x.example";
    expect(selectTlsRptRecord(["v=TLSRPTv1", one])).toMatchObject({ ok: true });
    expect(problemsOf(selectTlsRptRecord([one, one]))).toEqual(["record/several@35+34"]);
    expect(problemsOf(selectTlsRptRecord([]))).toEqual(["record/none@0+0"]);
  });
});

describe("formatTlsRptRecord", () => {
  it("prints the narrowest form", () => {
    const rua = ["mailto:a@example.com", "https://b.example/"];
    expect(formatTlsRptRecord({ rua, extensions: [] })).toBe(
      "v=TLSRPTv1; rua=mailto:a@example.com,https://b.example/",
    );
  });

  it.each<TlsRptRecord>([
    { rua: [], extensions: [] },
    { rua: ["mailto:a@x.example;v=x"], extensions: [] },
    { rua: ["mailto:a@x.example,x"], extensions: [] },
    { rua: ["mailto:a@x.example\n"], extensions: [] },
    { rua: ["mailto:a@x.example"], extensions: [{ name: "a", value: "b;c" }] },
  ])("throws for %j", (record) => {
    expect(() => formatTlsRptRecord(record)).toThrow(RangeError);
  });
});

const records: fc.Arbitrary<TlsRptRecord> = fc.record({
  rua: fc.array(
    fc.oneof(
      fc.stringMatching(/^[a-z0-9]{1,20}$/).map((local) => `mailto:${local}@example.com`),
      fc.webUrl({ validSchemes: ["https"] }).filter((url) => !/[,;!]/.test(url)),
    ),
    { minLength: 1, maxLength: 4 },
  ),
  extensions: fc.uniqueArray(
    fc.record({
      name: fc
        .stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}$/)
        .filter((name) => name !== "rua" && name !== "v"),
      value: fc.stringMatching(/^[!-:<>-~]{1,20}$/),
    }),
    { selector: ({ name }) => name, maxLength: 3 },
  ),
});
const words = [
  "v=TLSRPTv1",
  "; ",
  "rua=",
  "mailto:a@example.com",
  "https://x.example/",
  ", ",
  "ruf=",
  "x=y",
  "!10m",
];

describe("properties", () => {
  it("parseTlsRptRecord(formatTlsRptRecord(r)) is r", () => {
    fc.assert(
      fc.property(records, (record) => {
        const parsed = parseTlsRptRecord(formatTlsRptRecord(record));
        expect(parsed).toMatchObject({ ok: true, value: record });
      }),
      runs,
    );
  });

  it("never throws, for any string; what it takes can be printed and reads the same", () => {
    fc.assert(
      fc.property(hostileText(words), (text) => {
        const parsed = parseTlsRptRecord(text);
        expectSound(text, parsed);
        if (!parsed.ok) return;
        expect(parseTlsRptRecord(formatTlsRptRecord(parsed.value))).toMatchObject({
          ok: true,
          value: parsed.value,
        });
      }),
      runs,
    );
  });

  it.each<[string, (size: number) => string]>([
    ["commas", (size) => `v=TLSRPTv1; rua=${",".repeat(size * 20_000)}`],
    ["URIs", (size) => `v=TLSRPTv1; rua=${"mailto:a@x.example,".repeat(size * 2_000)}`],
    ["repeated rua", (size) => `v=TLSRPTv1; ${"rua=mailto:a@x.example;".repeat(size * 2_000)}`],
  ])("is work that is linear in %s", async (_, make) => {
    expect(await growth(make, parseTlsRptRecord)).toBeLessThan(30);
  });
});
