/** A report on its way into journal and store. */
import type { Report } from "../tls-rpt/report/report.ts";
import type { Arrival } from "./arrival.ts";

/** A report, and what is known about it. */
export interface NewReport {
  /** SHA-256 of `text`, as 64 hexadecimal digits: equal for the same report under any wrapping. */
  readonly key: string;
  /**
   * The normalised report as JSON, in the one form that `reportKey` gives it. Thousands of reports wait
   * together, and as objects they would take several times this memory.
   */
  readonly text: string;
  /** The day that the report counts for, see {@link dayOfReport}. */
  readonly day: string;
  readonly arrival: Arrival;
  /** Codes of deviations.ts, each once. */
  readonly deviations: readonly string[];
}

const daySeconds = 86_400;
const lastSecond = Date.parse("9999-12-31T23:59:59Z") / 1000;

/** The UTC day that contains the middle of the period, as an ISO date: not every sender uses UTC days. */
export function dayOfReport({ start, end }: Pick<Report, "start" | "end">): string {
  const days = Math.floor((bounded(start) + bounded(end)) / 2 / daySeconds);
  return new Date(days * daySeconds * 1000).toISOString().slice(0, 10);
}

/** The normaliser bounds times too; this keeps a day within four digits for the year. */
function bounded(second: number): number {
  return Math.min(Math.max(second, 0), lastSecond);
}
