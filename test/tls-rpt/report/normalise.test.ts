import crypto from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  maxCharacters,
  maxCount,
  maxFreeText,
  maxNesting,
  maxReportBytes,
} from "../../../src/tls-rpt/report/bounds.ts";
import { deviationCodes, describeDeviation } from "../../../src/tls-rpt/report/deviations.ts";
import { normaliseReport, type Normalised } from "../../../src/tls-rpt/report/normalise.ts";
import { readJson } from "../../../src/tls-rpt/report/read-json.ts";
import { describeRefusal, type Refusal } from "../../../src/tls-rpt/report/refusal.ts";
import { reportKey } from "../../../src/tls-rpt/report/report-key.ts";
import { parseReportName } from "../../../src/tls-rpt/report/container.ts";
import {
  detail,
  end,
  now,
  policy,
  report,
  start,
  withPolicy,
} from "../../reports/support/report-mail.ts";

const circumstances = { now, domain: () => null };
const sha256 = (text: string): string => crypto.hash("sha256", text, "hex");

function normalise(text: string | Uint8Array): Normalised {
  const notes = new Set<never>();
  const read = readJson(typeof text === "string" ? Buffer.from(text) : text, notes);
  return read.ok ? normaliseReport(read.value, { ...circumstances, notes }) : read;
}

function reject(value: unknown, reason: Refusal): void {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  expect(normalise(text)).toEqual({ ok: false, reason });
}

describe("what one report takes is bounded over all of its policies", () => {
  const kept = (text: object) => {
    const given = normalise(JSON.stringify(text));
    if (!given.ok) throw new Error(given.reason);
    return given;
  };

  test("by the texts of policies, of which the last are cut", () => {
    const long = ["version: STSv1", `mx: ${"a".repeat(60_000)}`];
    const many = Array.from({ length: 200 }, () => ({
      ...policy(),
      policy: { "policy-type": "sts", "policy-domain": "rcpt.example", "policy-string": long },
    }));
    const { report: row, deviations } = kept(report({ policies: many }));
    expect(row.policies).toHaveLength(200);
    expect(row.policies[0]?.strings.join().length).toBe(long.join().length);
    expect(row.policies.at(-1)?.strings).toEqual([]);
    expect(JSON.stringify(row).length).toBeLessThan(maxCharacters * 1.1);
    expect(deviations).toContain("policy-string-cut");
  });

  test("by those of details, of which the rest is added up", () => {
    const given = Array.from({ length: 5000 }, () => ({
      ...detail(),
      "failure-reason-code": "x".repeat(2000),
      "failed-session-count": 3,
    }));
    const { report: row, deviations } = kept(
      report({ policies: [{ ...policy(), "failure-details": given }] }),
    );
    const details = row.policies[0]?.details ?? [];
    expect(JSON.stringify(row).length).toBeLessThan(maxCharacters * 1.3);
    expect(details.length).toBeLessThan(3000);
    expect(details.reduce((sum, { count }) => sum + count, 0)).toBe(15_000);
    expect(deviations).toContain("details-many");
  });
});

describe("what is no report is refused with its reason", () => {
  const range = (from: unknown, to: unknown) =>
    report({ "date-range": { "start-datetime": from, "end-datetime": to } });
  test.each<[string, unknown, Refusal]>([
    ["nothing", "", "json-invalid"],
    ["cut off", JSON.stringify(report()).slice(0, -9), "json-invalid"],
    ["two texts", `${JSON.stringify(report())}\n${JSON.stringify(report())}`, "json-invalid"],
    ["a number", "7", "not-an-object"],
    ["null", "null", "not-an-object"],
    ["an empty array", "[]", "not-an-object"],
    ["an array of arrays", "[[1]]", "not-an-object"],
    ["another object", { feedback: {} }, "not-a-report"],
    [
      "fields in a prototype",
      '{"__proto__": {"policies": [], "organization-name": "x"}}',
      "not-a-report",
    ],
    ["two reports", [report(), report()], "several-in-array"],
    ["no date-range", report({ "date-range": undefined }), "dates-missing"],
    ["an empty date-range", report({ "date-range": {} }), "dates-missing"],
    ["a date-range that is text", report({ "date-range": "2026-11-23" }), "dates-missing"],
    ["dates of nothing", range("", null), "dates-missing"],
    ["dates that are words", range("yesterday", "today"), "dates-unreadable"],
    [
      "the 30th of February",
      range("2026-02-30T00:00:00Z", "2026-02-30T23:59:59Z"),
      "dates-unreadable",
    ],
    ["the 13th month", range("2026-13-01", "2026-13-01"), "dates-unreadable"],
    ["the 25th hour", range("2026-11-23T25:00:00Z", "2026-11-23T25:00:00Z"), "dates-unreadable"],
    ["1970", range("1970-01-01T00:00:00Z", "1970-01-01T23:59:59Z"), "dates-unreadable"],
    ["zero", range(0, 0), "dates-unreadable"],
    ["minus one", range(-1, -1), "dates-unreadable"],
    ["1e308", range(1e308, 1e308), "dates-unreadable"],
    ["year 9999", range("9999-01-01T00:00:00Z", "9999-01-01T23:59:59Z"), "dates-unreadable"],
    ["next year", range("2027-11-23T00:00:00Z", "2027-11-23T23:59:59Z"), "dates-impossible"],
    ["an end far away", range("2026-11-23T00:00:00Z", "2027-02-23T23:59:59Z"), "dates-impossible"],
    ["four years", range("2022-11-23T00:00:00Z", "2026-11-23T23:59:59Z"), "dates-impossible"],
    ["no policies", report({ policies: undefined }), "policies-missing"],
    ["an empty list of policies", report({ policies: [] }), "policies-missing"],
    ["policies that are text", report({ policies: "none" }), "policies-missing"],
    ["policies without a domain", withPolicy({ "policy-domain": "" }), "domain-missing"],
    ["policies that are numbers", report({ policies: [1, 2] }), "domain-missing"],
    ["3,000 policies", report({ policies: Array(3000).fill(policy()) }), "policies-too-many"],
    ["deep arrays", `{"policies":${"[".repeat(100)}${"]".repeat(100)}}`, "json-too-deep"],
    ["deep objects, a million", '{"policies":'.repeat(1_000_000), "json-too-deep"],
  ])("%s", (_, value, reason) => {
    reject(value, reason);
  });

  test("a text beyond the bound, before it is parsed", () => {
    expect(readJson(new Uint8Array(maxReportBytes + 1), new Set())).toEqual({
      ok: false,
      reason: "too-large",
    });
  });
});

test("brackets within texts are no nesting", () => {
  const text = JSON.stringify(report({ "contact-info": `\\"${'[{"\\'.repeat(100)}` }));
  expect(normalise(text)).toMatchObject({ ok: true });
  const deep = `{"a":${"[".repeat(maxNesting - 1)}${"]".repeat(maxNesting - 1)}}`;
  expect(normalise(deep)).toEqual({ ok: false, reason: "not-a-report" });
});

describe("hostile fields", () => {
  const accepted = (more: object) => {
    const result = normalise(JSON.stringify({ ...report(), ...more }));
    if (!result.ok) throw new Error(result.reason);
    return result.report;
  };

  test("__proto__ is a field like any other, and changes nothing", () => {
    const text = JSON.stringify(report()).replace(
      '"report-id"',
      '"__proto__":{"contact-info":"evil","organization-name":"evil"},"constructor":{"prototype":{"x":1}},"report-id"',
    );
    const result = normalise(text);
    expect(result).toMatchObject({ ok: true, report: { organization: "Sender Inc." } });
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("objects and arrays where texts belong", () => {
    const hostile = { toString: "x", valueOf: 1 };
    const row = accepted({ "organization-name": hostile, "contact-info": [[]], "report-id": [] });
    expect([row.organization, row.contact, row.reportId]).toEqual(["", null, ""]);
  });

  test("texts of 7 MB", () => {
    const long = "\u{1f600}".repeat(1_700_000);
    const row = accepted({
      "organization-name": long,
      policies: [policy({ "failure-details": [{ ...detail(), "failure-reason-code": long }] })],
    });
    expect(row.organization).toHaveLength(512);
    expect(row.policies[0]?.details[0]?.reason).toHaveLength(maxFreeText);
    // Not through the middle of a character.
    expect(/\p{Surrogate}/u.test(JSON.stringify(row))).toBe(false);
  });

  test("counts that add up beyond every number", () => {
    const details = Array.from({ length: 11_000 }, () => ({
      ...detail(),
      "failed-session-count": 1e308,
    }));
    const row = accepted({
      policies: [{ ...policy(), summary: null, "failure-details": details }],
    });
    expect(row.policies[0]?.failures).toBe(maxCount);
    expect(row.policies[0]?.details.every(({ count }) => count <= maxCount)).toBe(true);
  });

  test("a zero with a sign is the same report", () => {
    const zero = (text: string) => {
      const result = normalise(JSON.stringify(report()).replace(":98", `:${text}`));
      return result.ok ? reportKey(result.report, sha256).key : null;
    };
    expect(zero("-0")).toBe(zero("0"));
  });
});

/** Reports in which anything may stand anywhere. */
const anything = fc.jsonValue({ maxDepth: 3 });
const oftenRight = (right: unknown) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: anything });
const object = (fields: Record<string, unknown>) =>
  fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, oftenRight(value)])),
    { requiredKeys: [] },
  );
const anyDetail = object({ ...detail(), "failure-reason-code": "x", "additional-information": "" });
const policyFields = (policy() as { policy: Record<string, unknown> }).policy;
const anyPolicy = fc.record(
  {
    policy: fc.oneof({ weight: 6, arbitrary: object(policyFields) }, anything),
    summary: fc.oneof(
      { weight: 6, arbitrary: object(policy()["summary"] as object as Record<string, unknown>) },
      anything,
    ),
    "failure-details": fc.oneof(
      { weight: 6, arbitrary: fc.array(anyDetail, { maxLength: 3 }) },
      anything,
    ),
  },
  { requiredKeys: [] },
);
const anyReport = fc
  .tuple(object(report()), fc.oneof(fc.array(anyPolicy, { maxLength: 3 }), anything))
  .map(([head, policies]) => ({ ...head, policies }));

function expectWhole(result: Normalised): void {
  if (!result.ok) {
    expect(describeRefusal(result.reason)).not.toBe(result.reason);
    return;
  }
  const row = result.report;
  for (const code of result.deviations) expect(deviationCodes).toContain(code);
  expect(row.start).toBeGreaterThan(1_451_606_399);
  expect(row.end).toBeGreaterThanOrEqual(row.start);
  expect(row.policies.length).toBeGreaterThan(0);
  const countsOf = row.policies.flatMap((one) => [
    one.successes,
    one.failures,
    ...one.details.map(({ count }) => count),
  ]);
  for (const count of countsOf) {
    expect(Number.isInteger(count) && count >= 0 && count <= maxCount).toBe(true);
  }
  for (const one of row.policies) expect(one.domain).not.toBe("");
  expect(/\p{Surrogate}|\0/u.test(JSON.stringify(row).replaceAll("\\\\", ""))).toBe(false);
}

describe("any JSON", () => {
  test("is normalised or refused, never more and never a throw", () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.json(), fc.string(), anyReport), (value) => {
        expectWhole(normalise(typeof value === "string" ? value : JSON.stringify(value)));
        expectWhole(normaliseReport(value, circumstances));
      }),
      { numRuns: 2000 },
    );
  });

  test("that is nearly a report is most often one", () => {
    const some = fc.sample(anyReport, { numRuns: 500, seed: 1 });
    const good = some.filter((value) => normaliseReport(value, circumstances).ok);
    expect(good.length).toBeGreaterThan(50);
  });

  test("octets of any kind too", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectWhole(normalise(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("has the same key under other white space and order", () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([k, v]) => [k, shuffled(v)]),
            )
          : value;
    fc.assert(
      fc.property(anyReport, (value) => {
        const one = normaliseReport(value, circumstances);
        const other = normalise(JSON.stringify(shuffled(value), null, 2));
        expect(other.ok).toBe(one.ok);
        if (!one.ok || !other.ok) return;
        expect(reportKey(other.report, sha256)).toEqual(reportKey(one.report, sha256));
      }),
      { numRuns: 500 },
    );
  });

  test("has another key when it says something else", () => {
    const key = (more: object) => {
      const result = normaliseReport(report(more as Record<string, unknown>), circumstances);
      return result.ok ? reportKey(result.report, sha256).key : null;
    };
    const keys = [{}, { "report-id": "b" }, { policies: [policy(), policy()] }].map(key);
    expect(new Set(keys).size).toBe(3);
    expect(keys).not.toContain(null);
  });
});

test("the period is that of the report", () => {
  expect(normaliseReport(report(), circumstances)).toMatchObject({
    ok: true,
    deviations: [],
    report: { start, end },
  });
});

test("every deviation and every refusal has its words, and an unknown code is its own", () => {
  for (const code of deviationCodes) expect(describeDeviation(code)).not.toBe(code);
  expect(describeDeviation("toString")).toBe("toString");
  expect(describeRefusal("constructor")).toBe("constructor");
});

test("a file name by RFC 8460 tells who reports on whom", () => {
  const names: [string, string | null][] = [
    ["mail.sender.com!example.com!1470013207!1470186007!001.json.gz", "example.com"],
    ["/tmp/x/mail.sender.com!Example.com!1470013207!1470186007.json", "example.com"],
    ["mail.sender.com!example.com!1470013207.json", null],
    ["example.com.json", null],
    [`${"!".repeat(2000)}.json`, null],
  ];
  for (const [name, domain] of names) expect(parseReportName(name)?.domain ?? null).toBe(domain);
});
