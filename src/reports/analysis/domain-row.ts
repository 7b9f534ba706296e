/** The daily counts of a domain → its row of the overview. */
import { headlineOf, healthOf } from "./health.ts";
import type { DomainFacts } from "./locked-facts.ts";
import type { DomainRow, Rate, TrendVerdict } from "./page-data.ts";
import { isDane } from "../../tls-rpt/report/result-types.ts";
import type { Daily, DomainSeries } from "../store/port.ts";
import { judgeTrend, lastCovered, presentRun, recentDays } from "./trend.ts";
import { rateOf } from "./wilson.ts";

/** A kind of failure with its trend. */
export interface JudgedKind {
  readonly resultType: string;
  readonly trend: TrendVerdict;
  readonly counts: Daily;
  /** Index of the first day of the present run; -1: none. */
  readonly since: number;
  readonly recent: number;
}

/** A domain's row, and what only its page shows. */
export interface JudgedDomain {
  readonly row: DomainRow;
  /** Those with failures, most recent failures first. */
  readonly kinds: readonly JudgedKind[];
}

/** The days of the series. Only the last ones are shown; the trend needs more. */
export interface Judging {
  readonly days: readonly string[];
  /** How many are shown. */
  readonly shown: number;
}

/** Judges a domain. */
export function judgeDomain(
  series: DomainSeries,
  { days, shown }: Judging,
  facts: DomainFacts,
): JudgedDomain {
  const hidden = days.length - shown;
  const sessions = series.successes.map((count, at) => count + (series.failures[at] ?? 0));
  const about = {
    sessions,
    entries: series.entries,
    mainReporterLastDay: series.mainReporterLastDay,
  };
  const last = lastCovered(series.entries);
  const kinds = series.kinds
    .map(({ resultType, counts }) => ({
      resultType,
      trend: judgeTrend({ ...about, failures: counts }),
      counts,
      since: presentRun(counts, series.entries),
      recent: sum(counts, last - recentDays + 1, last),
    }))
    .filter(({ counts }) => counts.some((count) => count > 0))
    .sort((a, b) => b.recent - a.recent || total(b.counts) - total(a.counts));
  const trend = worst(
    judgeTrend({ ...about, failures: series.failures }),
    kinds.map((kind) => kind.trend),
  );
  // The kind that explains the trend, else the most frequent one.
  const mainKind = kinds.find((kind) => kind.trend === trend) ?? kinds[0] ?? null;
  const recent = rate(series, last - recentDays + 1, last);
  const lastDay = days[last] ?? null;
  const silence = last < 0 ? null : days.length - 1 - last;
  const isLost = facts.mode === "enforce" || (mainKind !== null && isDane(mainKind.resultType));
  const run = mainKind?.since ?? presentRun(series.failures, series.entries);
  const condition = { trend, recent, isLost, silence };
  const whole = rate(series, hidden, Infinity);
  const verified =
    sum(series.verifiedSuccesses, hidden, Infinity) +
    sum(series.verifiedFailures, hidden, Infinity);
  const row: DomainRow = {
    domain: series.domain,
    inSite: facts.inSite,
    health: healthOf(condition),
    headline: headlineOf({
      ...condition,
      resultType: mainKind?.resultType ?? null,
      since: days[run] ?? null,
      lastDay,
    }),
    trend,
    recent,
    whole,
    reporters: series.reporters,
    lastDay,
    verifiedShare: whole.sessions > 0 ? Math.min(1, verified / whole.sessions) : null,
    sparkline: covered(series.failures, series.entries, hidden),
    mode: facts.mode,
  };
  return { row, kinds };
}

/** The series of a domain without reports. */
export function emptySeries(domain: string, length: number): DomainSeries {
  const none = new Float64Array(length);
  return {
    domain,
    entries: none,
    successes: none,
    failures: none,
    verifiedSuccesses: none,
    verifiedFailures: none,
    trustedSuccesses: none,
    trustedFailures: none,
    kinds: [],
    reporters: 0,
    mainReporterLastDay: -1,
  };
}

/** The values from an index on; null on days that no report covers. */
export function covered(values: Daily, entries: Daily, from: number): (number | null)[] {
  return Array.from(values.subarray(from), (value, at) =>
    (entries[from + at] ?? 0) > 0 ? value : null,
  );
}

/** A kind that gets worse counts, even if the sum of all kinds hides it. */
function worst(whole: TrendVerdict, kinds: readonly TrendVerdict[]): TrendVerdict {
  const worse = (["new", "rising"] as const).find(
    (verdict) => whole === verdict || kinds.includes(verdict),
  );
  return worse ?? whole;
}

function rate({ successes, failures }: DomainSeries, from: number, to: number): Rate {
  const failed = sum(failures, from, to);
  return rateOf(sum(successes, from, to) + failed, failed);
}

function total(values: Daily): number {
  return sum(values, 0, Infinity);
}

function sum(values: Daily, from: number, to: number): number {
  let all = 0;
  for (let at = Math.max(0, from); at <= Math.min(to, values.length - 1); at += 1) {
    all += values[at] ?? 0;
  }
  return all;
}
