/** A report on its way into journal and store. */
import type { Report } from "../tls-rpt/report/report.ts";
import type { Arrival } from "./arrival.ts";

/** A report, and what is known about it. */
export interface NewReport {
  /** SHA-256 of `text`, as 64 hexadecimal digits: equal for the same report in any container. */
  readonly key: string;
  /**
   * The normalised report as JSON, in the one form that `reportKey` gives it. Thousands of reports wait
   * together, and as objects they would take several times this memory.
   */
  readonly text: string;
  /** The UTC day that the report counts for, in days since 1970-01-01; see {@link dayOfReport}. */
  readonly day: number;
  readonly arrival: Arrival;
  /** Codes of deviations.ts, each once. */
  readonly deviations: readonly string[];
}

const daySeconds = 86_400;
const lastDay = Date.parse("9999-12-31") / 1000 / daySeconds;

/** The UTC day that contains the middle of the period, as {@link NewReport.day}: not every sender uses UTC days. */
export function dayOfReport({ start, end }: Pick<Report, "start" | "end">): number {
  const middle = (start + end) / 2;
  // The normaliser bounds times too; this keeps a day within what a column of dates takes.
  return Math.min(Math.max(Math.floor(middle / daySeconds), 0), lastDay);
}
