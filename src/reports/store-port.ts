/**
 * What the report verbs ask of a store. DuckDB stands behind it today; whatever speaks SQL can stand
 * behind it tomorrow. Days are ISO dates in UTC, inclusive on both sides.
 */
import type { Arrival, Report } from "./report.ts";

/** A report on its way into the store. */
export interface NewReport {
  /** SHA-256 of the normalised report, hexadecimal: the same report under any wrapping has the same. */
  readonly key: string;
  readonly report: Report;
  readonly arrival: Arrival;
  /** Codes of deviations.ts, each once. */
  readonly deviations: readonly string[];
}

/** How far a segment of the journal is in the store. */
export interface SegmentPosition {
  readonly segment: string;
  readonly offset: number;
}

export interface AddResult {
  readonly added: number;
  readonly duplicates: number;
}

/** Which reports count: all for display; verified ones for decisions. */
export type Trust = "all" | "verified";

export interface Window {
  readonly from: string;
  readonly to: string;
}

/** Sessions of a domain on a day, by who reported them. */
export interface DailyCount {
  readonly domain: string;
  readonly day: string;
  readonly successes: number;
  readonly failures: number;
}

export interface DailyByReporter extends DailyCount {
  readonly organization: string;
}

export interface DailyByResultType {
  readonly domain: string;
  readonly day: string;
  readonly resultType: string;
  readonly count: number;
}

export interface ReporterTotals {
  readonly organization: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly reports: number;
  readonly successes: number;
  readonly failures: number;
  readonly verified: number;
  /** The longest time between two days that it reported, in days. */
  readonly longestGapDays: number;
}

export interface FailureGroup {
  readonly resultType: string;
  readonly mxHost: string | null;
  readonly count: number;
  readonly firstDay: string;
  readonly lastDay: string;
  /** At most ten of each, the most frequent first, and how many there are. */
  readonly receivingIps: readonly string[];
  readonly receivingIpCount: number;
  readonly sendingIps: readonly string[];
  readonly sendingIpCount: number;
  readonly reporters: readonly string[];
  readonly reasons: readonly string[];
}

export interface PolicyTotals {
  readonly type: string;
  /** `policy-string`, as lines. */
  readonly strings: readonly string[];
  readonly firstDay: string;
  readonly lastDay: string;
  readonly successes: number;
  readonly failures: number;
}

/** How one reporter sends: for `reports senders`. */
export interface SenderHabits {
  readonly organization: string;
  readonly reports: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly via: readonly string[];
  readonly verdicts: Readonly<Record<string, number>>;
  readonly signers: readonly string[];
  /** By code of deviations.ts. */
  readonly deviations: Readonly<Record<string, number>>;
}

export interface ReportStore {
  /**
   * Adds reports and moves the positions of their segments, both or neither. A key that is there already
   * is a duplicate and is not added; but where it was unverified and this one is verified, the
   * verification is taken over.
   */
  add(reports: readonly NewReport[], positions: readonly SegmentPosition[]): Promise<AddResult>;
  positions(): Promise<readonly SegmentPosition[]>;
  /** First and last day with data; null: the store is empty. */
  extent(): Promise<Window | null>;
  daily(window: Window, trust: Trust, domain?: string): Promise<readonly DailyCount[]>;
  dailyByReporter(window: Window, domain: string): Promise<readonly DailyByReporter[]>;
  dailyByResultType(window: Window, domain?: string): Promise<readonly DailyByResultType[]>;
  reporters(window: Window, domain?: string): Promise<readonly ReporterTotals[]>;
  /** How many reporters each domain has, by domain. */
  reporterCounts(window: Window): Promise<ReadonlyMap<string, number>>;
  failures(window: Window, domain: string): Promise<readonly FailureGroup[]>;
  policies(window: Window, domain: string): Promise<readonly PolicyTotals[]>;
  senders(): Promise<readonly SenderHabits[]>;
  /** Rows of the export, one per failure detail, or one per policy that has none; streamed. */
  exportRows(window: Window | null, domain?: string): AsyncIterable<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}
