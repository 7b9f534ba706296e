/**
 * Whether failures are new, rising, unclear, steady, falling or gone: see docs/reports.md, "How it is judged".
 * Rates are compared, not counts.
 */
import type { TrendVerdict } from "./page-data.ts";
import type { Daily } from "../store/port.ts";
import { confidence, difference, wilson, type Interval } from "./wilson.ts";

/** The recent days, and the days before them that they are compared with. */
export const recentDays = 7;
export const baseDays = 28;

/** Failures that began more days ago are no longer new. */
const newDays = 14;

/** The baseline failure rate: a rate surely below it is normal, because some sender always fails. */
export const baselineRate = 1e-4;

/** Fewer failures than this in all compared days mean nothing. */
const minFailures = 5;

/** Reports for the last days may still come: a day without failures may only be a day without reports yet. */
export const unsettledDays = 3;

/** The data of a trend, all of the same window. */
export interface TrendInput {
  readonly failures: Daily;
  /** All sessions, failed or not. */
  readonly sessions: Daily;
  /** More than 0: a report covers the day. */
  readonly entries: Daily;
  /** Index of the last day of the main reporter, the one with the most failures; -1: there is none. */
  readonly mainReporterLastDay: number;
}

interface Sum {
  readonly failures: number;
  readonly sessions: number;
}

/** Days count as free of failures only if they are settled and the main reporter still reports. */
export function judgeTrend(input: TrendInput): TrendVerdict {
  const last = lastCovered(input.entries);
  if (last === -1) return "none";
  const now = sums(input, last);
  const verdict = judgeRise(now);
  if (verdict === "new" || (verdict === "rising" && stillRises(input, now, last))) {
    return isNewRun(input, last) ? "new" : verdict;
  }
  const today = input.entries.length - 1;
  const settled = Math.min(last, today - unsettledDays, input.mainReporterLastDay);
  // Without enough settled days to compare, all days are used.
  const quiet = settled < recentDays ? now : sums(input, settled);
  if (quiet.recent.failures + quiet.base.failures + now.recent.failures === 0) return "none";
  if (compared(quiet).high < 0) {
    return quiet.recent.failures + now.recent.failures === 0 ? "gone" : "falling";
  }
  if (isNormal(now)) return "normal";
  // A run that is new cannot be steady.
  return now.recent.failures > 0 && isNewRun(input, last) ? "unclear" : "steady";
}

interface Sums {
  readonly recent: Sum;
  readonly base: Sum;
  /** The overdispersion of the days before: how much more they vary than by chance; at least 1. */
  readonly dispersion: number;
}

function judgeRise(now: Sums): "new" | "rising" | null {
  const { recent, base } = now;
  if (recent.failures === 0) return null;
  if (base.sessions === 0) {
    // No reports for the days before, so the failures are new to us.
    const { low } = wilson(recent.failures, recent.sessions, confidence.of999);
    return recent.failures >= minFailures && low > baselineRate ? "new" : null;
  }
  if (compared(now).low <= 0) return null;
  return wereAbsent(base) ? "new" : "rising";
}

/** Whether there were almost no failures. */
function wereAbsent({ failures, sessions }: Sum): boolean {
  return failures < minFailures || wilson(failures, sessions, confidence.of95).high <= baselineRate;
}

/** Whether the present run of failures began recently, with no failures before it. */
function isNewRun(input: TrendInput, last: number): boolean {
  const run = presentRun(input.failures, input.entries);
  return last - run < newDays && wereAbsent(sum(input, run - baseDays, run - 1));
}

/**
 * Compares a run that began in the days before with itself: if it continues at the same rate, it is not rising,
 * although the days before the run make it seem so.
 */
function stillRises(input: TrendInput, now: Sums, last: number): boolean {
  const run = presentRun(input.failures, input.entries);
  const first = last - recentDays + 1;
  if (last - run < newDays || run <= first - baseDays) return true;
  return compared({ ...now, base: sum(input, run, first - 1), dispersion: 1 }).low > 0;
}

/** The interval of the difference of the rates, with both counts reduced by the dispersion. */
function compared({ recent, base, dispersion }: Sums): Interval {
  const of = ({ failures, sessions }: Sum): Sum => ({
    failures: failures / dispersion,
    sessions: sessions / dispersion,
  });
  return difference(of(recent), of(base), confidence.of999);
}

function isNormal({ recent, base }: Sums): boolean {
  if (recent.failures + base.failures < minFailures) return true;
  return wilson(recent.failures, recent.sessions, confidence.of95).high <= baselineRate;
}

function sums(input: TrendInput, last: number): Sums {
  const first = last - recentDays + 1;
  const base = sum(input, first - baseDays, first - 1);
  return { recent: sum(input, first, last), base, dispersion: dispersionOf(input, base, first) };
}

function sum({ failures, sessions }: TrendInput, from: number, to: number): Sum {
  let [failed, all] = [0, 0];
  for (let at = Math.max(0, from); at <= to; at += 1) {
    failed += failures[at] ?? 0;
    all += Math.max(sessions[at] ?? 0, failures[at] ?? 0);
  }
  return { failures: failed, sessions: all };
}

/**
 * Sessions are not independent, because a sender that fails tries again. The dispersion (Pearson's statistic
 * divided by its degrees of freedom) says how many sessions count as one.
 */
function dispersionOf({ failures, sessions }: TrendInput, base: Sum, end: number): number {
  const rate = base.sessions === 0 ? 0 : base.failures / base.sessions;
  if (rate === 0 || rate >= 1) return 1;
  let [total, days] = [0, 0];
  for (let at = Math.max(0, end - baseDays); at < end; at += 1) {
    const all = Math.max(sessions[at] ?? 0, failures[at] ?? 0);
    if (all === 0) continue;
    total += ((failures[at] ?? 0) - all * rate) ** 2 / (all * rate * (1 - rate));
    days += 1;
  }
  return days < 2 ? 1 : Math.min(maxDispersion, Math.max(1, total / (days - 1)));
}

/** The limit keeps an earlier outage from hiding the next one. */
const maxDispersion = 25;

/** Index of the last day that a report covers; -1: none. */
export function lastCovered(entries: Daily): number {
  return entries.findLastIndex((count) => count > 0);
}

/**
 * Index of the first day of the present run of failures; -1: there is none. The run goes back from the last
 * day with failures, over gaps of at most two days with almost none.
 */
export function presentRun(failures: Daily, entries: Daily): number {
  const last = failures.findLastIndex((count) => count > 0);
  if (last === -1) return -1;
  let total = 0;
  for (let at = Math.max(0, last - recentDays + 1); at <= last; at += 1) total += failures[at] ?? 0;
  const threshold = Math.max(1, total / recentDays / 10);
  let first = last;
  let quiet = 0;
  for (let at = last - 1; at >= 0 && quiet <= 2; at -= 1) {
    if ((failures[at] ?? 0) >= threshold) {
      first = at;
      quiet = 0;
    } else if ((entries[at] ?? 0) > 0) quiet += 1;
  }
  return first;
}
