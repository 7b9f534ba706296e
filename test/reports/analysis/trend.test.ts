/** The statistic: what it says of plain cases, and how often it cries wolf. */
import { describe, expect, test } from "vitest";
import type { TrendVerdict } from "../../../src/reports/analysis/page-data.ts";
import {
  baselineRate,
  judgeTrend,
  presentRun,
  type TrendInput,
} from "../../../src/reports/analysis/trend.ts";
import { confidence, difference, rateOf, wilson } from "../../../src/reports/analysis/wilson.ts";

const length = 60;

/** A series of sessions and failures per day, the last day being today; null: no report. */
function series(
  day: (at: number) => readonly [sessions: number, failures: number] | null,
): TrendInput {
  const failures = new Float64Array(length);
  const sessions = new Float64Array(length);
  const entries = new Float64Array(length);
  for (let at = 0; at < length; at += 1) {
    const [all, failed] = day(at) ?? [null, 0];
    if (all === null) continue;
    sessions[at] = all;
    failures[at] = failed;
    entries[at] = 1;
  }
  const mainReporterLastDay = entries.findLastIndex((count) => count > 0);
  return { failures, sessions, entries, mainReporterLastDay };
}

/** Days since today: 0 is today, which nobody has reported on yet. */
function daysAgo(at: number): number {
  return length - 1 - at;
}

function judge(day: (ago: number) => readonly [number, number] | null): TrendVerdict {
  return judgeTrend(series((at) => (daysAgo(at) === 0 ? null : day(daysAgo(at)))));
}

/** A generator with a seed (mulberry32), so that a simulation is the same every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many of n fail, each with probability p: by waiting times, which is exact and quick for few. */
function binomial(n: number, p: number, random: () => number): number {
  if (p <= 0) return 0;
  let [count, at] = [0, 0];
  for (;;) {
    at += Math.floor(Math.log(1 - random()) / Math.log(1 - p)) + 1;
    if (at > n) return count;
    count += 1;
  }
}

describe("Wilson's interval", () => {
  // Newcombe 1998, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i", (failures, sessions, low, high) => {
    const interval = wilson(failures, sessions, confidence.of95);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  // Newcombe 1998 (Statistics in Medicine 17, 873), table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
  ])("the difference of %i/%i and %i/%i", (a, m, b, n, low, high) => {
    const interval = difference(
      { failures: a, sessions: m },
      { failures: b, sessions: n },
      confidence.of95,
    );
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  test("no sessions say nothing, and more failures than sessions are not more than all", () => {
    expect(rateOf(0, 0)).toEqual({ sessions: 0, failures: 0, rate: null, low: 0, high: 1 });
    expect(rateOf(2, 5)).toMatchObject({ rate: 1, high: 1 });
  });
});

describe("the verdict", () => {
  const cases: readonly [
    string,
    TrendVerdict,
    (ago: number) => readonly [number, number] | null,
  ][] = [
    ["no report at all", "none", () => null],
    ["no failures", "none", () => [1000, 0]],
    ["three a week in millions", "normal", (ago) => [500_000, ago % 2 === 0 ? 1 : 0]],
    ["three hundred after that", "new", (ago) => [500_000, ago <= 7 ? 43 : ago % 2]],
    ["three hundred out of nothing", "new", (ago) => [500_000, ago <= 7 ? 43 : 0]],
    ["all of a small domain, since yesterday", "new", (ago) => [5, ago === 1 ? 5 : 0]],
    ["one failure of a small domain", "normal", (ago) => [5, ago === 3 ? 1 : 0]],
    ["the same rate as ever", "steady", () => [1000, 50]],
    [
      "the same rate with ten times the mail",
      "steady",
      (ago) => (ago <= 7 ? [10_000, 500] : [1000, 50]),
    ],
    ["a rate that was doubled", "rising", (ago) => [10_000, ago <= 7 ? 200 : 100]],
    ["a rate that was halved long enough ago", "falling", (ago) => [10_000, ago <= 12 ? 50 : 100]],
    ["failures that ended two weeks ago", "gone", (ago) => [1000, ago > 14 ? 50 : 0]],
    ["a step ten days ago", "new", (ago) => [1000, ago <= 10 ? 300 : 0]],
    ["a step twenty days ago", "steady", (ago) => [1000, ago <= 20 ? 300 : 0]],
    [
      "a step twenty days ago that grows",
      "rising",
      (ago) => [1000, ago <= 20 ? 400 - 15 * ago : 0],
    ],
    ["failures from the first report on", "new", (ago) => (ago <= 3 ? [100, 40] : null)],
    ["half of everything, always", "steady", () => [50, 25]],
    [
      "one a day, of a domain of which hardly anybody told before",
      "unclear",
      (ago) => (ago <= 7 ? [14, ago <= 5 ? 1 : 0] : [1, 0]),
    ],
    ["one a day of few, as before", "steady", (ago) => [14, ago % 2]],
    ["one a day of few, for three weeks", "steady", (ago) => [14, ago <= 21 ? 1 : 0]],
  ];
  test.each(cases)("%s: %s", (_, verdict, day) => {
    expect(judge(day)).toBe(verdict);
  });

  test("days that reports may still come for are not taken for quiet ones", () => {
    // Ended yesterday: of that day and the two before only the first reports are there.
    expect(judge((ago) => (ago <= 2 ? [20, 0] : [1000, 50]))).toBe("steady");
  });

  test.each<[quietDays: number, verdict: TrendVerdict]>([
    [1, "steady"],
    [2, "steady"],
    [3, "falling"],
    [30, "gone"],
  ])("a day is settled when it is three days past: %i quiet days are %s", (quietDays, verdict) => {
    // Enough for one quiet day to be seen, if it counts.
    expect(judge((ago) => [10_000, ago <= quietDays ? 0 : 5000])).toBe(verdict);
  });

  test("failures are not gone while those who told them are silent", () => {
    const quiet = series((at) => [1000, daysAgo(at) > 14 ? 50 : 0]);
    expect(judgeTrend(quiet)).toBe("gone");
    expect(judgeTrend({ ...quiet, mainReporterLastDay: length - 15 })).toBe("steady");
  });

  test("no sum of sessions below that of failures makes it fail", () => {
    expect(judge((ago) => [0, ago <= 7 ? 9 : 0])).toBe("new");
  });

  test("since: the first day of the present run, across gaps", () => {
    const run = (failures: readonly number[], entries = failures.map(() => 1)): number =>
      presentRun(Float64Array.from(failures), Float64Array.from(entries));
    expect(run([0, 0, 0])).toBe(-1);
    expect(run([0, 5, 5, 5])).toBe(1);
    expect(run([9, 0, 0, 0, 5, 0, 5])).toBe(4);
    expect(run([9, 9, 0, 0, 0, 5], [1, 1, 0, 0, 0, 1])).toBe(0);
    expect(run([0, 1, 0, 100, 100, 100])).toBe(3);
  });
});

describe("false alarms and detection, by simulation", () => {
  // The accepted rate is one in a thousand for each look at a domain whose failures only scatter.
  const rates = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5];
  const volumes = [3, 30, 300, 3000, 100_000];
  const cells = rates.flatMap((rate) => volumes.map((volume) => [rate, volume] as const));

  test("steady noise is called new or rising in at most one look of a thousand", () => {
    const random = generator(1);
    let [alarms, looks] = [0, 0];
    for (const [rate, volume] of cells) {
      if (rate * volume > 400) continue;
      let here = 0;
      const rounds = rate * volume > 20 ? 500 : 1500;
      for (let round = 0; round < rounds; round += 1) {
        const verdict = judge(() => [volume, binomial(volume, rate, random)]);
        if (verdict === "new" || verdict === "rising") here += 1;
      }
      alarms += here;
      looks += rounds;
      // No cell hides a bad spot: with the accepted rate, 8 in 1,500 come once in 10,000 times.
      expect(here, `rate ${String(rate)}, ${String(volume)} sessions a day`).toBeLessThanOrEqual(7);
    }
    expect(looks).toBeGreaterThan(20_000);
    expect(alarms / looks).toBeLessThanOrEqual(0.001);
  });

  test("failures that come in bursts, as retries do, seldom raise an alarm", () => {
    const random = generator(2);
    let alarms = 0;
    const looks = 3000;
    for (let round = 0; round < looks; round += 1) {
      // Each trouble of a sender is ten failed sessions.
      const verdict = judge(() => [10_000, 10 * binomial(1000, 0.001, random)]);
      if (verdict === "new" || verdict === "rising") alarms += 1;
    }
    expect(alarms / looks).toBeLessThanOrEqual(0.005);
  });

  test("three that become three hundred among a million are always seen, on the first day", () => {
    const random = generator(3);
    for (let round = 0; round < 300; round += 1) {
      const verdict = judge((ago) => [150_000, binomial(150_000, ago === 1 ? 3e-4 : 3e-6, random)]);
      expect(["new", "rising"]).toContain(verdict);
    }
  });

  test("what is gone is seen as gone, what goes on never is", () => {
    const random = generator(4);
    for (let round = 0; round < 200; round += 1) {
      expect(judge((ago) => [1000, ago > 12 ? binomial(1000, 0.05, random) : 0])).toBe("gone");
      expect(judge(() => [1000, binomial(1000, 0.02, random)])).not.toBe("gone");
    }
  });

  test("normal stays normal below the baselineRate", () => {
    const random = generator(5);
    const quiet = baselineRate / 10;
    let normal = 0;
    for (let round = 0; round < 500; round += 1) {
      const verdict = judge(() => [1_000_000, binomial(1_000_000, quiet, random)]);
      if (verdict === "normal") normal += 1;
    }
    expect(normal).toBeGreaterThan(495);
  });
});
