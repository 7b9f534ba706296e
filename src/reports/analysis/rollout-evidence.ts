/** What the reports prove for a rollout: how many sessions on how many days, and whether that is enough. */
import { daysBetween } from "./days.ts";
import type { ReportsTrust } from "../../config/site-config.ts";
import type { Rate } from "./page-data.ts";
import type { DomainSeries } from "../store/port.ts";
import { rateOf } from "./wilson.ts";

export interface RolloutEvidence {
  /** Days since testing began that a report covers. */
  readonly days: number;
  readonly rate: Rate;
  /** `failing`: the rate is surely too high; `not-enough`: too few data. */
  readonly verdict: "enough" | "failing" | "not-enough";
  /** What is missing; null: nothing. */
  readonly lacks: "reports" | "days" | "sessions" | null;
}

/** A domain may enforce when its failure rate is surely at or below this. */
export const maxFailureRate = 0.02;

/** Days that reports must cover, so that a weekly mailing is among them. */
export const minDays = 7;

/** Evaluates the sessions from a day on; `days` are those of the series. */
export function rolloutEvidence(
  series: DomainSeries,
  days: readonly string[],
  since: string,
  trust: ReportsTrust,
): RolloutEvidence {
  const from = Math.max(0, daysBetween(days[0] ?? since, since));
  const [successes, failures] =
    trust === "all"
      ? [series.successes, series.failures]
      : [series.trustedSuccesses, series.trustedFailures];
  let [covered, failed, all] = [0, 0, 0];
  for (let at = from; at < days.length; at += 1) {
    const [good = 0, bad = 0] = [successes[at], failures[at]];
    failed += bad;
    all += good + bad;
    if (good + bad > 0) covered += 1;
  }
  const rate = rateOf(all, failed);
  const about = { days: covered, rate };
  if (rate.low > maxFailureRate) return { ...about, verdict: "failing", lacks: null };
  const lacks = covered === 0 ? "reports" : covered < minDays ? "days" : "sessions";
  return covered >= minDays && rate.high <= maxFailureRate
    ? { ...about, verdict: "enough", lacks: null }
    : { ...about, verdict: "not-enough", lacks };
}
