/**
 * Whether failures are new, rising, unclear, steady, falling or gone: documented in docs/reports.md, "How it is
 * judged". Rates are compared, not counts.
 */
import type { TrendVerdict } from "./page-data.ts";
import type { Daily } from "../store/port.ts";
import { confidence, difference, wilson, type Interval } from "./wilson.ts";

/** The days that are judged, and the days before them that they are compared with. */
export const recentDays = 7;
export const baseDays = 28;

/** Failures that began so many days ago are new no more. */
const newDays = 14;

/** A failure rate that surely is below this is normal: some sender somewhere always fails. */
export const background = 1e-4;

/** Fewer failures than this in all the days that are looked at show nothing. */
const fewest = 5;

/** Days that reports may still come for; one that seems quiet may only not be told of yet. */
export const unsettledDays = 3;

/** What a trend is read from; all of the same window. */
export interface TrendInput {
  readonly failures: Daily;
  /** Sessions in all, failed or not. */
  readonly sessions: Daily;
  /** More than 0: a report covers the day. */
  readonly entries: Daily;
  /** Index of the last day for which whoever told most failures reported at all; -1: nobody told any. */
  readonly mainReporterLastDay: number;
}

interface Sum {
  readonly failures: number;
  readonly sessions: number;
}

/**
 * Judges. Quiet days count as quiet only when they are settled, and when those who told the failures
 * still report.
 */
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
  // Where there is nothing settled to compare, what is there goes on.
  const quiet = settled < recentDays ? now : sums(input, settled);
  if (quiet.recent.failures + quiet.base.failures + now.recent.failures === 0) return "none";
  if (compared(quiet).high < 0) {
    return quiet.recent.failures + now.recent.failures === 0 ? "gone" : "falling";
  }
  if (isNormal(now)) return "normal";
  // What was not there before cannot go on.
  return now.recent.failures > 0 && isNewRun(input, last) ? "unclear" : "steady";
}

interface Sums {
  readonly recent: Sum;
  readonly base: Sum;
  /** How much more the days before differ from each other than chance has them; at least 1. */
  readonly spread: number;
}

function judgeRise(now: Sums): "new" | "rising" | null {
  const { recent, base } = now;
  if (recent.failures === 0) return null;
  if (base.sessions === 0) {
    // Nobody told of the weeks before: to us it is new.
    const { low } = wilson(recent.failures, recent.sessions, confidence.of999);
    return recent.failures >= fewest && low > background ? "new" : null;
  }
  if (compared(now).low <= 0) return null;
  return wereAbsent(base) ? "new" : "rising";
}

/** Whether there were hardly any failures. */
function wereAbsent({ failures, sessions }: Sum): boolean {
  return failures < fewest || wilson(failures, sessions, confidence.of95).high <= background;
}

/** Whether the present run of failures is young, and there were none before it. */
function isNewRun(input: TrendInput, last: number): boolean {
  const run = presentRun(input.failures, input.entries);
  return last - run < newDays && wereAbsent(sum(input, run - baseDays, run - 1));
}

/**
 * What began in the days that are compared with, and goes on at its rate since, is no longer rising although
 * the days before it make it seem so.
 */
function stillRises(input: TrendInput, now: Sums, last: number): boolean {
  const run = presentRun(input.failures, input.entries);
  const first = last - recentDays + 1;
  if (last - run < newDays || run <= first - baseDays) return true;
  return compared({ ...now, base: sum(input, run, first - 1), spread: 1 }).low > 0;
}

/** The interval of the difference, with numbers that are worth as much as independent sessions are. */
function compared({ recent, base, spread }: Sums): Interval {
  const of = ({ failures, sessions }: Sum): Sum => ({
    failures: failures / spread,
    sessions: sessions / spread,
  });
  return difference(of(recent), of(base), confidence.of999);
}

function isNormal({ recent, base }: Sums): boolean {
  if (recent.failures + base.failures < fewest) return true;
  return wilson(recent.failures, recent.sessions, confidence.of95).high <= background;
}

function sums(input: TrendInput, last: number): Sums {
  const first = last - recentDays + 1;
  const base = sum(input, first - baseDays, first - 1);
  return { recent: sum(input, first, last), base, spread: spreadOf(input, base, first) };
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
 * Sessions are not independent: one sender that fails tries again. How much the days before scatter
 * beyond chance (Pearson's statistic by its degrees of freedom) tells how many sessions are worth one.
 */
function spreadOf({ failures, sessions }: TrendInput, base: Sum, end: number): number {
  const rate = base.sessions === 0 ? 0 : base.failures / base.sessions;
  if (rate === 0 || rate >= 1) return 1;
  let [total, days] = [0, 0];
  for (let at = Math.max(0, end - baseDays); at < end; at += 1) {
    const all = Math.max(sessions[at] ?? 0, failures[at] ?? 0);
    if (all === 0) continue;
    total += ((failures[at] ?? 0) - all * rate) ** 2 / (all * rate * (1 - rate));
    days += 1;
  }
  return days < 2 ? 1 : Math.min(maxSpread, Math.max(1, total / (days - 1)));
}

/** An outage long past must not make the next one invisible. */
const maxSpread = 25;

/** Index of the last day that a report covers; -1: none. */
export function lastCovered(entries: Daily): number {
  return entries.findLastIndex((count) => count > 0);
}

/**
 * Index of the first day of the present run of failures, -1 where there is none: back from the last day
 * that had any, over at most two days in a row that had hardly any.
 */
export function presentRun(failures: Daily, entries: Daily): number {
  const last = failures.findLastIndex((count) => count > 0);
  if (last === -1) return -1;
  let total = 0;
  for (let at = Math.max(0, last - recentDays + 1); at <= last; at += 1) total += failures[at] ?? 0;
  const worth = Math.max(1, total / recentDays / 10);
  let first = last;
  let quiet = 0;
  for (let at = last - 1; at >= 0 && quiet <= 2; at -= 1) {
    if ((failures[at] ?? 0) >= worth) {
      first = at;
      quiet = 0;
    } else if ((entries[at] ?? 0) > 0) quiet += 1;
  }
  return first;
}
