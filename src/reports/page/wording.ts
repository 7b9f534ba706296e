/** Numbers, rates and days as the reports page writes them. */
import { dayWords, plural, thousands } from "../../pages/wording.ts";
import type { Rate } from "../analysis/page-data.ts";

/** A share between 0 and 1 with the digits that matter: `0 %`, `0.0031 %`, `4.2 %`, `99.7 %`, `100 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${String(value)}\u00a0%`;
  if (value < 0.0001) return "under 0.0001\u00a0%";
  if (value > 99.9) return "over 99.9\u00a0%";
  if (value >= 90) return `${trimmed(value.toFixed(1))}\u00a0%`;
  return `${value >= 10 ? value.toFixed(0) : trimmed(Number(value.toPrecision(2)).toFixed(6))}\u00a0%`;
}

function trimmed(decimals: string): string {
  return decimals.replace(/\.?0+$/, "");
}

/** A failure rate: `0.42 % failed`, or that there were no sessions. */
export function rateWords({ rate }: Rate): string {
  return rate === null ? "no sessions" : `${percent(rate)} failed`;
}

/** The counts of a rate: `128 of 30,412 sessions`. */
export function ofSessions({ failures, sessions }: Rate): string {
  return `${thousands(failures)} of ${plural(sessions, "session")}`;
}

/** The range of the true rate: `likely 0.35 % to 0.5 %`; "" without sessions. */
export function likely({ sessions, low, high }: Rate): string {
  return sessions === 0 ? "" : `likely ${percent(low)} to ${percent(high)}`;
}

/** Makes a sentence: `the key was changed` becomes `The key was changed.` A code keeps its case. */
export function sentence(words: string): string {
  const begun = /^[a-z]+-/.test(words) ? words : words.slice(0, 1).toUpperCase() + words.slice(1);
  return words === "" || /[.!?]$/.test(words) ? begun : `${begun}.`;
}

/** A headline with its days and rates written as on the rest of the page. */
export function headlineWords(words: string): string {
  return sentence(words)
    .replace(/\b\d{4}-\d\d-\d\d\b/g, dayWords)
    .replaceAll(" %", "\u00a0%");
}
