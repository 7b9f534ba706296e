/** The day that a report counts for. */
import { expect, test } from "vitest";
import { dayOfReport } from "../../src/reports/new-report.ts";
import { report } from "./support/reports.ts";

const dayOf = (shiftedBy: number): string => {
  const { start, end } = report("2026-11-03");
  const day = dayOfReport({ start: start + shiftedBy, end: end + shiftedBy });
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
};

test.each([
  [0, "2026-11-03"],
  [-2 * 3600, "2026-11-03"],
  [11 * 3600, "2026-11-03"],
  [13 * 3600, "2026-11-04"],
  [-13 * 3600, "2026-11-02"],
])("the UTC day that most of the period is in: %d seconds later it is %s", (shiftedBy, day) => {
  expect(dayOf(shiftedBy)).toBe(day);
});

test("a day always fits a column of dates", () => {
  expect(dayOfReport({ start: -1e12, end: -1e12 })).toBe(0);
  const last = Date.parse("9999-12-31") / 86_400_000;
  expect(dayOfReport({ start: 1e15, end: 1e15 })).toBe(last);
});
