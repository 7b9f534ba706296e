/** What `reports status` prints, for more domains than a store in a test has. */
import { expect, test } from "vitest";
import {
  statusChanges,
  statusFailures,
  statusTable,
} from "../../../../src/reports/cli/print/reports-status.ts";
import type { RolloutEvidence } from "../../../../src/reports/analysis/rollout-evidence.ts";
import { overviewOf, samplePages } from "../../page/reports-page-data.ts";

const plain = { colour: false };

test("what came into quarantine is told as what is new, not as a total", () => {
  expect(statusChanges([], 3, plain)).toBe(
    "3 new unreadable reports since the last status: see .stspress/reports/quarantine/\n",
  );
  expect(statusChanges([], 1, plain)).toMatch(/^1 new unreadable report since/);
  expect(statusChanges([], 0, plain)).toBe("");
  expect(statusChanges([], -2, plain)).toBe("");
});

test("domains that are not in the site come last, a few of them, and count for nothing", () => {
  const [own, ...others] = overviewOf(samplePages(30)).domains;
  if (own === undefined) throw new Error("no row");
  const undeclared = others.map((row) => ({ ...row, inSite: false }));
  const told = { domains: [own], undeclared, undeclaredCount: 7000, quarantined: 0 };
  const text = statusTable(told, new Map(), plain);
  const [above = "", below = ""] = text.split("\nreports also came about ");
  expect(above).toContain(`1 domain: 1 ${own.health}`);
  expect(above).not.toContain("not in your site");
  const lines = below.trimEnd().split("\n");
  expect(lines[0]).toBe("7000 domains that are not in your site (not counted above):");
  expect(lines.slice(1, -1)).toHaveLength(20);
  for (const line of lines.slice(1, -1)) expect(line).toContain("  not in your site; ");
  expect(lines.at(-1)).toBe("and 6980 more");
});

test("of the domains that make a run fail twenty are named, and the others counted", () => {
  const rows = overviewOf(samplePages(23)).domains;
  const lines = statusFailures(rows, plain).split("\n");
  expect(lines).toHaveLength(22);
  expect(lines[0]).toContain(`still: ${rows[0]?.domain ?? ""}: `);
  expect(lines[20]).toBe("and 3 more");
  expect(statusFailures([], plain)).toBe("");
});

test("what is not enough to enforce is told with what it lacks", () => {
  const [row] = overviewOf(samplePages(1)).domains;
  if (row === undefined) throw new Error("no row");
  const say = (evidence: Partial<RolloutEvidence>): string => {
    const rate = { failures: 0, sessions: 0, rate: null, low: 0, high: 1 };
    const whole = { days: 0, rate, verdict: "not-enough", lacks: "reports", ...evidence } as const;
    const overview = { domains: [row], undeclared: [], undeclaredCount: 0, quarantined: 0 };
    return statusTable(overview, new Map([[row.domain, whole]]), plain);
  };
  const rate = { failures: 1, sessions: 40, rate: 0.025, low: 0.001, high: 0.1 };
  expect(say({})).toContain("yet: no report that counts for a rollout");
  expect(say({ lacks: "days", days: 3, rate })).toContain(
    "the reports that count cover 3 of the required 7 days",
  );
  expect(say({ lacks: "sessions", days: 9, rate })).toContain(
    "cover 40 sessions, 1 failed: too few to be sure that less than 2 % fail",
  );
  expect(say({ verdict: "enough", lacks: null, days: 9, rate })).toContain(
    "the reports support enforce (40 sessions on 9 days, 1 failed)",
  );
});
