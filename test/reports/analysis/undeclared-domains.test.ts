import { expect, test } from "vitest";
import { emptySeries } from "../../../src/reports/analysis/domain-row.ts";
import {
  maxUndeclared,
  UndeclaredDomains,
} from "../../../src/reports/analysis/undeclared-domains.ts";

test("of thousands those are kept that have the most verified sessions, then the most sessions", () => {
  const undeclared = new UndeclaredDomains();
  const add = (domain: string, sessions: number, verified: number): void => {
    undeclared.add({
      ...emptySeries(domain, 2),
      successes: Float64Array.of(sessions, 0),
      verifiedFailures: Float64Array.of(0, verified),
    });
  };
  add("forgotten.example", 12, 10);
  for (let at = 0; at < 5000; at += 1) add(`made-up-${String(at)}.example`, 1_000_000 + at, 0);
  add("late.example", 5, 3);
  const names = undeclared.top().map(({ domain }) => domain);
  expect(undeclared.count).toBe(5002);
  expect(names).toHaveLength(maxUndeclared);
  expect(names.slice(0, 3)).toEqual(["forgotten.example", "late.example", "made-up-4999.example"]);
});
