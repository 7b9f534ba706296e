import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatStsRecord,
  joinStrings,
  parseStsRecord,
  selectStsRecord,
  type StsRecord,
} from "../../src/mta-sts/record.ts";
import { expectSound, hostileText, problemsOf, runs, wording } from "../support/parsed.ts";
import { growth } from "../support/processor-time.ts";

describe("RFC 8461 §3.1: the record", () => {
  it.each<[string, string, readonly string[]]>([
    ["v=STSv1; id=20160831085700Z;", "20160831085700Z", []],
    ["v=STSv1;id=a", "a", []],
    ["v=STSv1;\t id=a \t;\t ", "a", []],
    [`v=STSv1; id=${"a".repeat(32)}`, "a".repeat(32), []],
    ["v=STSv1; x=1; id=a", "a", ["record/extension@9+1"]],
    ["v=STSv1; id=a ", "a", ["record/trailing-space@13+1"]],
    ["v=STSv1 \t; id=a", "a", ["record/space-after-version@7+2"]],
    ["v=STSv1; id=a; id=b-c", "a", ["record/duplicate-field@15+2"]],
    ["v=STSv1; id=a; mode=enforce", "a", ["sts-record/policy-field@15+4"]],
  ])("takes %j", (text, id, problems) => {
    const parsed = parseStsRecord(text);
    expect(problemsOf(parsed)).toEqual(problems);
    expect(parsed).toMatchObject({ ok: true, value: { id } });
  });

  it.each<[string, ...string[]]>([
    ["", "record/version@0+0"],
    ["v=STSv1", "sts-record/missing-id@7+0"],
    ["v=STSv1;", "sts-record/missing-id@8+0"],
    ["v=STSv1; id=", "sts-record/id@9+3"],
    ["v=STSv1; id=2026-11-24", "sts-record/id@16+1"],
    ["v=STSv1; id=a\n", "sts-record/id@13+1"],
    ["v=STSv1; id=é", "sts-record/id@12+1"],
    [`v=STSv1; id=${"a".repeat(33)}`, "sts-record/id@44+1"],
    ["v=STSv1; id=b-d; id=a", "sts-record/id@13+1", "record/duplicate-field@17+2"],
    ["v=STSv1;; id=a", "record/empty-field@8+1"],
    ["v=STSv1; id=a;;", "record/empty-field@14+1"],
    ["v=STSv1; id= a", "record/space-around-equals@11+1"],
    ["v=STSv1; id =a", "record/space-around-equals@12+1"],
    ["v=STSv1; id=a; x", "sts-record/field-without-value@15+1"],
    ["v=STSv1; id=a; x=", "record/field-value@15+1"],
    ["v=STSv1; id=a; x=b c", "record/field-value@18+1"],
    ["v=STSv1; id=a; x=b=c", "record/field-value@18+1"],
    ["v=STSv1; id=a; =b", "record/field-name@15+0"],
    ["v=STSv1; id=a; _x=b", "record/field-name@15+2"],
    [`v=STSv1; id=a; ${"x".repeat(33)}=b`, "record/field-name@15+33"],
    ["v=STSv1; ID=a", "record/similar-field@9+2", "sts-record/missing-id@13+0"],
  ])("refuses %j", (text, ...problems) => {
    const parsed = parseStsRecord(text);
    expect(problemsOf(parsed)).toEqual(problems);
    expect(parsed.ok).toBe(false);
  });

  it.each([
    [" v=STSv1; id=a", "leading-space"],
    ["v=stsv1; id=a", "case"],
    ["v = STSv1; id=a", "space-around-equals"],
    ["v=STSv1, id=a", "delimiter"],
    ["v=STSv1 id=a", "delimiter"],
    ["id=a; v=STSv1", "not-first"],
    ["v=spf1 -all", "other-record"],
    ["v=TLSRPTv1; rua=mailto:a@example.com", "other-record"],
    ["v=STSv2; id=a", "other-version"],
    ["v=STSv10; id=a", "other-version"],
    ['"v=STSv1; id=a"', "quoted"],
    ['_mta-sts.example.com. 3600 IN TXT "v=STSv1; id=a"', "zone-line"],
    [" \t", "empty"],
  ])("says why %j does not begin with the version", (text, fault) => {
    expect(parseStsRecord(text)).toMatchObject({
      ok: false,
      problems: [{ code: "record/version", args: { fault, version: "v=STSv1" }, offset: 0 }],
    });
  });

  it("reads on behind a version that is nearly right", () => {
    expect(problemsOf(parseStsRecord("v=stsv1; id=a-b"))).toEqual([
      "record/version@0+7",
      "sts-record/id@13+1",
    ]);
  });

  it("says what to write", () => {
    expect(wording(parseStsRecord("v=STSv1; id=2026-11-24T09:30:00Z")).fix).toBe(
      "write `id=20261124T093000Z`, if no earlier policy had that id",
    );
  });
});

describe("RFC 8461 §3.1: all TXT records of the name", () => {
  it("joins strings without a space", () => {
    expect(joinStrings(["v=STSv1; id=", "a"])).toBe("v=STSv1; id=a");
  });

  it("discards what does not begin with v=STSv1; and needs exactly one", () => {
    const chosen = selectStsRecord(["v=spf1 -all", "v=STSv1; id=a"]);
    expect(chosen).toMatchObject({ ok: true, value: { id: "a" } });
    expect(problemsOf(chosen)).toEqual(["record/discarded@0+11"]);
    expect(problemsOf(selectStsRecord([]))).toEqual(["record/none@0+0"]);
    expect(problemsOf(selectStsRecord(["v=STSv1; id=a", "v=STSv1; id=b"]))).toEqual([
      "record/several@14+13",
    ]);
    // Erratum 6285: a space before the first semicolon loses the record here.
    expect(problemsOf(selectStsRecord(["v=STSv1 ; id=a"]))).toEqual([
      "record/discarded@0+14",
      "record/none@0+0",
    ]);
  });

  it("points into the records joined by one LF", () => {
    expect(problemsOf(selectStsRecord(["x", "v=STSv1; id=a-b"]))).toEqual([
      "record/discarded@0+1",
      "sts-record/id@15+1",
    ]);
  });
});

describe("formatStsRecord", () => {
  it("prints the narrowest form", () => {
    expect(formatStsRecord({ id: "20261124T093000Z", extensions: [] })).toBe(
      "v=STSv1; id=20261124T093000Z",
    );
  });

  it.each([
    { id: "", extensions: [] },
    { id: "a;b", extensions: [] },
    { id: "a".repeat(33), extensions: [] },
    { id: "a", extensions: [{ name: "x", value: 'y"; z' }] },
    { id: "a", extensions: [{ name: "x y", value: "z" }] },
  ])("throws for %j", (record) => {
    expect(() => formatStsRecord(record)).toThrow(RangeError);
  });
});

const records: fc.Arbitrary<StsRecord> = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9]{1,32}$/),
  extensions: fc.uniqueArray(
    fc.record({
      name: fc
        .stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}$/)
        .filter((name) => name !== "id" && name !== "v"),
      value: fc.stringMatching(/^[!-:<>-~]{1,20}$/),
    }),
    { selector: ({ name }) => name, maxLength: 3 },
  ),
});
const words = ["v=STSv1", "; ", ";", "id=", "20261124", "x=y", "ID=1", "v=", " "];

describe("properties", () => {
  it("parseStsRecord(formatStsRecord(r)) is r", () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(parseStsRecord(formatStsRecord(record))).toMatchObject({ ok: true, value: record });
      }),
      runs,
    );
  });

  it("never throws, for any string; what it takes can be printed and reads the same", () => {
    fc.assert(
      fc.property(hostileText(words), fc.array(hostileText(words)), (text, rrset) => {
        const parsed = parseStsRecord(text);
        expectSound(text, parsed);
        expectSound(rrset.join("\n"), selectStsRecord(rrset));
        if (!parsed.ok) return;
        expect(parseStsRecord(formatStsRecord(parsed.value))).toMatchObject({
          ok: true,
          value: parsed.value,
        });
      }),
      runs,
    );
  });

  it.each<[string, (size: number) => string]>([
    ["semicolons", (size) => `v=STSv1${";".repeat(size * 20_000)}`],
    ["spaces", (size) => `v=STSv1; id=a${" ".repeat(size * 200_000)}x`],
    ["spaces before", (size) => `${" ".repeat(size * 200_000)}v=STSv1`],
    ["fields", (size) => `v=STSv1; ${"a=b;".repeat(size * 10_000)}`],
    ["an id", (size) => `v=STSv1; id=${"a".repeat(size * 200_000)}`],
  ])("is work that is linear in %s", async (_, make) => {
    expect(await growth(make, parseStsRecord)).toBeLessThan(30);
  });
});
