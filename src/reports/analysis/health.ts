/** The health of a domain, and the one line that says why: see docs/reports.md, "How it is judged". */
import type { Health, Rate, TrendVerdict } from "./page-data.ts";
import { baselineRate } from "./trend.ts";

/** After this many days without a report the health is unknown. */
const maxSilentDays = 14;

/** A failure rate surely above this is bad, whatever it was before. */
const highRate = 0.05;

/** What the health of a domain depends on. */
export interface Condition {
  readonly trend: TrendVerdict;
  readonly recent: Rate;
  /** Whether mail was not delivered when a session failed: in enforce mode, and with DANE. */
  readonly isLost: boolean;
  /** Days since the last day that a report covers; null: no day of the window is covered. */
  readonly silence: number | null;
}

/** Silence comes first: old reports say nothing about today. */
export function healthOf({ trend, recent, isLost, silence }: Condition): Health {
  if (silence === null || silence > maxSilentDays) return "unknown";
  const isHigh = recent.low > highRate;
  switch (trend) {
    case "new":
    case "rising":
      return isLost ? "emergency" : "trouble";
    case "unclear":
    case "steady":
      if (isHigh) return isLost ? "emergency" : "trouble";
      return isLost && recent.low > baselineRate ? "trouble" : "watch";
    case "falling":
      return isLost && isHigh ? "trouble" : "watch";
    case "gone":
    case "normal":
    case "none":
      return "good";
  }
}

const order: readonly Health[] = ["emergency", "trouble", "watch", "unknown", "good"];

/** Sorts the worst first; unknown comes before good. */
export function compareHealth(a: Health, b: Health): number {
  return order.indexOf(a) - order.indexOf(b);
}

/** What a headline is made of. */
export interface HeadlineInput extends Condition {
  /** The type of failure to name; null: no details were reported. */
  readonly resultType: string | null;
  /** First day of the present run of failures. */
  readonly since: string | null;
  readonly lastDay: string | null;
}

/** One line: what is wrong and since when, that all is well, or that there are no reports. */
export function headlineOf(about: HeadlineInput): string {
  const { silence, lastDay, trend, recent } = about;
  if (lastDay === null || silence === null) return "no reports in this period";
  if (silence > maxSilentDays) return `no reports since ${lastDay}`;
  const what = about.resultType ?? "failures without details";
  const since = about.since === null ? "" : ` since ${about.since}`;
  const share = percent(recent);
  switch (trend) {
    case "new":
      return `${what}: new${since}, ${share}`;
    case "rising":
      return `${what}: rising, ${share}`;
    case "unclear":
      return `${what}: seen${since}, in too few sessions to be sure, ${share}`;
    case "steady":
      return `${what}: steady${since}, ${share}`;
    case "falling":
      return `${what}: falling, ${share}`;
    case "gone":
      return "the failures have stopped";
    case "normal":
      return `${count(recent.failures)} of ${count(recent.sessions)} sessions failed, which is normal`;
    case "none":
      return "no failures";
  }
}

function percent({ rate, failures, sessions }: Rate): string {
  if (rate === null) return "no sessions";
  const value = rate * 100;
  const digits = value >= 10 || value === 0 ? 0 : value >= 1 ? 1 : value >= 0.01 ? 2 : 4;
  return `${value.toFixed(digits)} % of sessions failed in 7 days (${count(failures)} of ${count(sessions)})`;
}

/** `1,234,567`, in every locale. */
function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}
