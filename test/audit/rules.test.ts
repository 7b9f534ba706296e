import { describe, expect, test } from "vitest";
import { judge } from "../../src/audit/judge.ts";
import { findingTable, rules } from "../../src/audit/rules.ts";
import { driftCases } from "./cases/drift.ts";
import { mxHostCases } from "./cases/mx-host.ts";
import { mxCases } from "./cases/mx.ts";
import { policyHostCases } from "./cases/policy-host.ts";
import { txtCases } from "./cases/txt.ts";
import { subject } from "./support/subject.ts";

const subjects = {
  "MX records and patterns": mxCases,
  "TXT records": txtCases,
  "policy host": policyHostCases,
  "MX hosts": mxHostCases,
  drift: driftCases,
};

describe.each(Object.entries(subjects))("%s", (_name, cases) => {
  test.each(cases.map((one) => [one.what, one] as const))("%s", (_what, one) => {
    const { findings, safe } = judge(subject(one));
    const codes = findings.map(({ code }) => code).sort();
    expect({ codes, safe }).toEqual({ codes: [...one.codes].sort(), safe: one.safe });
  });
});

describe("the table of codes", () => {
  const all = Object.values(subjects).flat();

  test("every code fires in some case", () => {
    const fired = new Set(all.flatMap(({ codes }) => codes as readonly string[]));
    expect(Object.keys(findingTable).filter((code) => !fired.has(code))).toEqual([]);
  });

  test("no two rules word the same code", () => {
    const codes = rules.flatMap((rule) => Object.keys(rule.codes));
    expect(new Set(codes).size).toBe(codes.length);
    expect(Object.keys(findingTable).sort()).toEqual([...codes].sort());
  });

  test.each(Object.entries(findingTable))("%s is worded as the house does", (code, entry) => {
    expect(code).toMatch(/^[a-z-]+\/[a-z-]+$/);
    const message = entry.message(entry.example);
    const fix = entry.fix?.(entry.example) ?? "";
    for (const line of [message, fix]) {
      expect(line).not.toMatch(/\n|\.$|undefined|\bnull\b(?! MX)|\[object/);
      expect(line.length).toBeLessThan(300);
    }
    expect(message).not.toBe("");
    expect(fix).not.toBe("");
    expect(entry.reason).toMatch(/\.$/);
    // What keeps from enforcing is an error; what nobody knows is none.
    // But for what a domain may be by intent: one that takes no mail, or one with TLS-RPT only.
    const onPurpose = code === "mx/null" || code === "sts-txt/none";
    if (entry.effect === "no") expect(entry.severity).toBe(onPurpose ? "warning" : "error");
    if (entry.effect === "unknown") expect(entry.severity).toBe("warning");
  });
});
