/** What `reports status` prints, for more domains than a store in a test has. */
import { expect, test } from "vitest";
import { statusChanges, statusFailures } from "../../src/render/reports-status.ts";
import { overviewOf, samplePages } from "./reports-page-data.ts";

const plain = { colour: false };

test("what came into quarantine is told as what is new, not as a total", () => {
  expect(statusChanges([], 3, plain)).toBe(
    "3 more reports that cannot be read since the last status: see .stspress/reports/quarantine/\n",
  );
  expect(statusChanges([], 1, plain)).toMatch(/^1 more report that/);
  expect(statusChanges([], 0, plain)).toBe("");
  expect(statusChanges([], -2, plain)).toBe("");
});

test("of the domains that make a run fail twenty are named, and the others counted", () => {
  const rows = overviewOf(samplePages(23)).domains;
  const lines = statusFailures(rows, plain).split("\n");
  expect(lines).toHaveLength(22);
  expect(lines[0]).toContain(`still: ${rows[0]?.domain ?? ""}: `);
  expect(lines[20]).toBe("and 3 more");
  expect(statusFailures([], plain)).toBe("");
});
