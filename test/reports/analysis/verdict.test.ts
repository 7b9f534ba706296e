/** Health, held policies, advice and evidence: judgements on made-up rows. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../../src/mta-sts/policy.ts";
import { startOfDay } from "../../../src/reports/analysis/days.ts";
import { domainPageOf, reporterRow } from "../../../src/reports/analysis/domain-page.ts";
import { emptySeries, judgeDomain } from "../../../src/reports/analysis/domain-row.ts";
import { compareHealth, healthOf } from "../../../src/reports/analysis/health.ts";
import { heldPolicies } from "../../../src/reports/analysis/held-policy.ts";
import {
  noFacts,
  type DomainFacts,
  type LockedFact,
} from "../../../src/reports/analysis/locked-facts.ts";
import type { Health, TrendVerdict } from "../../../src/reports/analysis/page-data.ts";
import { adviseOn } from "../../../src/tls-rpt/report/result-types.ts";
import { rolloutEvidence } from "../../../src/reports/analysis/rollout-evidence.ts";
import {
  noDetails,
  type DomainSeries,
  type PolicyTotals,
} from "../../../src/reports/store/port.ts";
import { rateOf } from "../../../src/reports/analysis/wilson.ts";
import { growth } from "../../support/processor-time.ts";

describe("health", () => {
  const heavy = rateOf(1000, 200);
  const light = rateOf(100_000, 100);
  const cases: readonly [TrendVerdict, typeof heavy, lost: Health, delivered: Health][] = [
    ["new", light, "emergency", "trouble"],
    ["rising", light, "emergency", "trouble"],
    ["steady", heavy, "emergency", "trouble"],
    ["steady", light, "trouble", "watch"],
    ["falling", heavy, "trouble", "watch"],
    ["falling", light, "watch", "watch"],
    ["gone", light, "good", "good"],
    ["normal", light, "good", "good"],
    ["none", light, "good", "good"],
  ];
  test.each(cases)("%s", (trend, recent, lost, delivered) => {
    expect(healthOf({ trend, recent, isLost: true, silence: 1 })).toBe(lost);
    expect(healthOf({ trend, recent, isLost: false, silence: 1 })).toBe(delivered);
    // Silence is unknown, whatever was before.
    expect(healthOf({ trend, recent, isLost: true, silence: 15 })).toBe("unknown");
    expect(healthOf({ trend, recent, isLost: true, silence: null })).toBe("unknown");
  });

  test("unknown stands before good, and after everything that is bad", () => {
    const all: Health[] = ["good", "unknown", "watch", "emergency", "trouble"];
    expect(all.sort(compareHealth)).toEqual(["emergency", "trouble", "watch", "unknown", "good"]);
  });
});

const policyA: Policy = {
  mode: "testing",
  mx: ["mx1.example.com"],
  maxAgeSeconds: 86_400,
  extensions: [],
};
const policyB: Policy = { ...policyA, mode: "enforce", mx: ["mx1.example.com", "*.example.net"] };

function instance(id: string, policy: Policy, live: string | null): LockedFact {
  return { id, policy, liveAt: live === null ? null : startOfDay(live), heldUntil: null };
}

function told(lines: readonly string[], lastDay: string, type = "sts"): PolicyTotals {
  return { type, strings: lines, firstDay: lastDay, lastDay, successes: 90, failures: 10 };
}

const linesA = ["version: STSv1", "mode: testing", "mx: mx1.example.com", "max_age: 86400"];
const linesB = [
  "version: STSv1",
  "mode: enforce",
  "mx: *.example.net",
  "mx: mx1.example.com",
  "max_age: 86400",
];
const facts: DomainFacts = {
  mode: "enforce",
  inSite: true,
  testingSince: null,
  current: instance("b", policyB, "2026-11-01"),
  earlier: [instance("a", policyA, "2026-10-01")],
};

describe("held policies", () => {
  test("a sender that still holds the policy of twelve days ago is told", () => {
    expect(
      heldPolicies([told(linesB, "2026-11-13"), told(linesA, "2026-11-13")], facts),
    ).toMatchObject([
      { id: "b", mode: "enforce", current: true, remark: "" },
      {
        id: "a",
        mode: "testing",
        current: false,
        remark: "still used 12 days after it was replaced",
      },
    ]);
    // Before its successor was live it was the right one.
    expect(heldPolicies([told(linesA, "2026-10-20")], facts)).toMatchObject([
      { id: "a", remark: "" },
    ]);
  });

  test.each([
    ["CR at the ends", linesA.map((line) => `${line}\r`)],
    ["one string", [linesA.join("\r\n")]],
    [
      "capitals and a dot",
      ["VERSION: STSv1", "Mode: Testing", "mx: MX1.example.com.", "max_age:86400"],
    ],
    ["no max_age", linesA.slice(0, 3)],
    ["another order", [...linesA].reverse()],
  ])("reads leniently: %s", (_, lines) => {
    expect(heldPolicies([told(lines, "2026-10-20")], facts)).toMatchObject([{ id: "a" }]);
  });

  test("what the lock does not know is said, and what is no MTA-STS policy is left alone", () => {
    const other = linesA.map((line) => line.replace("mx1", "mx9"));
    expect(heldPolicies([told(other, "2026-11-13")], facts)).toMatchObject([
      { id: null, remark: "not in stspress.lock" },
    ]);
    expect(heldPolicies([told(other, "2026-11-13")], noFacts)).toMatchObject([{ remark: "" }]);
    expect(heldPolicies([told(["3 1 1 abc"], "2026-11-13", "tlsa")], facts)).toMatchObject([
      { id: null, type: "tlsa", mode: null, remark: "" },
    ]);
    expect(heldPolicies([told([], "2026-11-13", "no-policy-found")], facts)).toMatchObject([
      { remark: "no policy found although one was live" },
    ]);
  });

  test("after A → B → A the latest A is meant", () => {
    const back: DomainFacts = {
      ...facts,
      current: instance("a2", policyA, "2026-11-10"),
      earlier: [instance("a", policyA, "2026-10-01"), instance("b", policyB, "2026-11-01")],
    };
    expect(heldPolicies([told(linesA, "2026-11-13")], back)).toMatchObject([
      { id: "a2", current: true },
    ]);
    expect(heldPolicies([told(linesA, "2026-10-13")], back)).toMatchObject([{ id: "a" }]);
  });

  test("any lines whatever are read", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (lines, type) => {
        expect(heldPolicies([told(lines, "2026-11-13", type)], facts)).toHaveLength(1);
      }),
    );
  });
});

describe("advice", () => {
  test.each([
    "starttls-not-supported",
    "certificate-host-mismatch",
    "certificate-expired",
    "certificate-not-trusted",
    "validation-failure",
    "tlsa-invalid",
    "dnssec-invalid",
    "dane-required",
    "sts-policy-fetch-error",
    "sts-policy-invalid",
    "sts-webpki-invalid",
  ])("%s has its own cause and fix", (resultType) => {
    expect(adviseOn(resultType, []).cause).not.toBe(adviseOn("nobody-registered-this", []).cause);
  });

  test("Google's validation-failure is sharpened by what it says", () => {
    const plain = adviseOn("validation-failure", ["connection reset"]);
    for (const reason of [
      "MX host not in policy",
      "mx-mismatch",
      "The MX does not match the policy",
    ]) {
      const advice = adviseOn("validation-failure", [reason]);
      expect(advice.fix, reason).toContain("`mx:`");
      expect(advice).not.toEqual(plain);
    }
  });

  test("a long hostile reason is work that is linear", async () => {
    const reasons = (size: number): string[] =>
      Array.from({ length: 5 }, () => "mx not ".repeat(size * 12_500));
    const advise = (made: readonly string[]) => adviseOn("validation-failure", made);
    expect(await growth(reasons, advise)).toBeLessThan(30);
  });
});

const days = Array.from({ length: 60 }, (_, at) =>
  new Date(Date.parse("2026-10-01") + at * 86_400_000).toISOString().slice(0, 10),
);

function daily(
  part: Partial<DomainSeries>,
  day: (at: number) => readonly [number, number],
): DomainSeries {
  const series = emptySeries("example.com", days.length);
  const [entries, successes, failures] = [0, 1, 2].map(() => new Float64Array(days.length));
  days.slice(0, -1).forEach((_, at) => {
    const [good, bad] = day(at);
    if (entries !== undefined) entries[at] = 1;
    if (successes !== undefined) successes[at] = good;
    if (failures !== undefined) failures[at] = bad;
  });
  const none = new Float64Array(days.length);
  return {
    ...series,
    entries: entries ?? none,
    successes: successes ?? none,
    failures: failures ?? none,
    mainReporterLastDay: days.length - 2,
    reporters: 1,
    ...part,
  };
}

describe("a domain's row and page", () => {
  const judging = { days, shown: 30 };

  test("nobody reported: unknown, whatever the lock says", () => {
    const { row } = judgeDomain(emptySeries("example.com", 60), judging, facts);
    expect(row).toMatchObject({
      health: "unknown",
      trend: "none",
      lastDay: null,
      verifiedShare: null,
    });
    expect(row.sparkline).toEqual(Array.from({ length: 30 }, () => null));
    expect(
      domainPageOf(emptySeries("example.com", 60), noDetails, judging, noFacts, 0).days,
    ).toEqual(days.slice(30));
  });

  test("a kind that begins within a larger one is not hidden by it", () => {
    const counts = Float64Array.from(days, (_, at) => (at >= 55 && at < 59 ? 20 : 0));
    const large = Float64Array.from(days, (_, at) => (at < 59 ? 500 : 0));
    const kinds = [
      { resultType: "certificate-expired", counts },
      { resultType: "validation-failure", counts: large },
    ];
    const { row } = judgeDomain(
      daily({ kinds }, () => [9500, 500]),
      judging,
      noFacts,
    );
    expect(row.trend).toBe("new");
    expect(row.headline).toMatch(/^certificate-expired: new since 2026-11-25/);
  });

  test("DANE has no testing mode: what fails is not delivered", () => {
    const counts = Float64Array.from(days, (_, at) => (at >= 55 && at < 59 ? 50 : 0));
    const rise = (at: number) => (at >= 55 ? ([50, 50] as const) : ([100, 0] as const));
    const health = (resultType: string) =>
      judgeDomain(daily({ kinds: [{ resultType, counts }] }, rise), judging, noFacts).row.health;
    expect(health("tlsa-invalid")).toBe("emergency");
    expect(health("certificate-expired")).toBe("trouble");
  });

  test("a reporter is silent when it is quiet for longer than ever, and late reports are waited for", () => {
    const totals = {
      organization: "S",
      firstDay: "2026-10-01",
      lastDay: "2026-11-10",
      reports: 9,
      successes: 9,
      failures: 0,
      verified: 0,
      longestGapDays: 4,
    };
    expect(reporterRow(totals, "2026-11-17").silent).toBe(false);
    expect(reporterRow(totals, "2026-11-18").silent).toBe(true);
  });
});

describe("evidence for a rollout", () => {
  test("only verified sessions prove anything, unless the user says so", () => {
    const series = daily({}, () => [100, 0]);
    expect(rolloutEvidence(series, days, "2026-11-01", "verified")).toMatchObject({
      days: 0,
      verdict: "not-enough",
      rate: { sessions: 0, rate: null },
    });
    expect(rolloutEvidence(series, days, "2026-11-01", "all")).toMatchObject({
      days: 28,
      verdict: "enough",
      rate: { sessions: 2800, failures: 0 },
    });
  });

  test("and of the verified ones those of trusted signers", () => {
    const series = {
      ...daily({}, () => [100, 0]),
      verifiedSuccesses: new Float64Array(days.length).fill(1_000_000),
    };
    expect(rolloutEvidence(series, days, "2026-11-01", "verified").verdict).toBe("not-enough");
    const trusted = { ...series, trustedSuccesses: new Float64Array(days.length).fill(100) };
    expect(rolloutEvidence(trusted, days, "2026-11-01", "verified")).toMatchObject({
      verdict: "enough",
      rate: { sessions: 2900 },
    });
  });

  test("few sessions are not enough, and surely too many failures are failing", () => {
    expect(
      rolloutEvidence(
        daily({}, () => [3, 0]),
        days,
        "2026-11-01",
        "all",
      ).verdict,
    ).toBe("not-enough");
    expect(
      rolloutEvidence(
        daily({}, () => [90, 10]),
        days,
        "2026-11-01",
        "all",
      ).verdict,
    ).toBe("failing");
    expect(
      rolloutEvidence(
        daily({}, () => [1000, 0]),
        days,
        "2026-11-25",
        "all",
      ).verdict,
    ).toBe("not-enough");
  });
});
