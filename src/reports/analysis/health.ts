/** How a domain is, and the one line that says why: documented in docs/reports.md, "How it is judged". */
import type { Health, Rate, TrendVerdict } from "./page-data.ts";
import { background } from "./trend.ts";

/** After so many days without a report nothing is known of a domain. */
const silentDays = 14;

/** A failure rate that surely is above this is bad whatever it was before. */
const heavy = 0.05;

/** What decides on a domain's health. */
export interface Condition {
  readonly trend: TrendVerdict;
  readonly recent: Rate;
  /** Whether mail that failed was not delivered: the policy is enforced, or it is DANE that failed. */
  readonly isLost: boolean;
  /** Days since the last one that a report covers; null: there is none in the window. */
  readonly silence: number | null;
}

/** Judges. Silence is unknown before anything else: old reports say nothing of today. */
export function healthOf({ trend, recent, isLost, silence }: Condition): Health {
  if (silence === null || silence > silentDays) return "unknown";
  const isHeavy = recent.low > heavy;
  switch (trend) {
    case "new":
    case "rising":
      return isLost ? "emergency" : "trouble";
    case "unclear":
    case "steady":
      if (isHeavy) return isLost ? "emergency" : "trouble";
      return isLost && recent.low > background ? "trouble" : "watch";
    case "falling":
      return isLost && isHeavy ? "trouble" : "watch";
    case "gone":
    case "normal":
    case "none":
      return "good";
  }
}

const order: readonly Health[] = ["emergency", "trouble", "watch", "unknown", "good"];

/** Compares for a list that begins with the most troubled; unknown comes before good. */
export function compareHealth(a: Health, b: Health): number {
  return order.indexOf(a) - order.indexOf(b);
}

/** What a headline is made from. */
export interface Headlined extends Condition {
  /** The kind of failure that is told; null: no details came. */
  readonly resultType: string | null;
  /** First day of the present run of failures. */
  readonly since: string | null;
  readonly lastDay: string | null;
}

/** One line: what is wrong and since when; or that all is well; or that nobody reports. */
export function headlineOf(about: Headlined): string {
  const { silence, lastDay, trend, recent } = about;
  if (lastDay === null || silence === null) return "no reports in this period";
  if (silence > silentDays) return `no report since ${lastDay}: nothing is known since`;
  const what = about.resultType ?? "failures without details";
  const since = about.since === null ? "" : ` since ${about.since}`;
  const share = percent(recent);
  switch (trend) {
    case "new":
      return `${what}: new${since}, ${share}`;
    case "rising":
      return `${what}: rising, ${share}`;
    case "unclear":
      return `${what}: seen${since}, of too few sessions to tell, ${share}`;
    case "steady":
      return `${what}: goes on${since}, ${share}`;
    case "falling":
      return `${what}: falling, ${share}`;
    case "gone":
      return "the failures are gone";
    case "normal":
      return `${count(recent.failures)} of ${count(recent.sessions)} sessions failed: normal`;
    case "none":
      return "no failure";
  }
}

function percent({ rate, failures, sessions }: Rate): string {
  if (rate === null) return "no sessions";
  const value = rate * 100;
  const digits = value >= 10 || value === 0 ? 0 : value >= 1 ? 1 : value >= 0.01 ? 2 : 4;
  return `in a week ${value.toFixed(digits)} % of all sessions failed (${count(failures)} of ${count(sessions)})`;
}

/** A number with its thousands parted, the same in every locale. */
function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}
