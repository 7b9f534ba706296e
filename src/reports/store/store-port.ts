/**
 * What the report verbs ask of a store. DuckDB stands behind it today; whatever speaks SQL can stand
 * behind it tomorrow. Days are ISO dates in UTC, inclusive on both sides.
 */
import type { Report } from "../../tls-rpt/report/report.ts";
import type { Arrival } from "../arrival.ts";

/** A report on its way into the store. */
export interface NewReport {
  /** SHA-256 of the normalised report, hexadecimal: the same report under any wrapping has the same. */
  readonly key: string;
  readonly report: Report;
  readonly arrival: Arrival;
  /** Codes of deviations.ts, each once. */
  readonly deviations: readonly string[];
}

/** A report by its key, and who is proven to have sent it: a domain; null: nobody is. */
export interface SignedKey {
  readonly key: string;
  readonly signer: string | null;
}

/** A {@link NewReport} as text, for many of them wait together: their objects cost more than what is done with them. */
export interface PackedReport extends SignedKey {
  /** JSON of the {@link NewReport}. */
  readonly json: string;
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

export interface Window {
  readonly from: string;
  readonly to: string;
}

/** Values of one day each; the first is the window's first day. */
export type Daily = Float64Array;

/** What was reported of one domain, day by day of a window. */
export interface DomainSeries {
  readonly domain: string;
  /** How many policies the day's reports tell of: 0 is silence, which is not the same as no sessions. */
  readonly entries: Daily;
  readonly successes: Daily;
  readonly failures: Daily;
  /** The part of them that comes from verified reports. */
  readonly verifiedSuccesses: Daily;
  readonly verifiedFailures: Daily;
  /** And the part of that which trusted signers have sent, see {@link ReportStore.trust}. */
  readonly trustedSuccesses: Daily;
  readonly trustedFailures: Daily;
  /** By result type; the 40 with the most failures. */
  readonly kinds: readonly KindSeries[];
  /** How many reporters were heard in the window. */
  readonly reporters: number;
  /** Index of the last day for which the reporter that told most failures reported at all; -1: none told any. */
  readonly witnessed: number;
}

/** Failures of one result type, from `failure-details`. */
export interface KindSeries {
  readonly resultType: string;
  readonly counts: Daily;
}

/** Sessions of a domain per day, by who reported them. */
export interface ReporterSeries {
  /** null: all others together. */
  readonly organization: string | null;
  /** As in {@link DomainSeries}. */
  readonly entries: Daily;
  readonly successes: Daily;
  readonly failures: Daily;
}

/** First and last day and the gap are of all time, the counts of the window. */
export interface ReporterTotals {
  readonly organization: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly reports: number;
  readonly successes: number;
  readonly failures: number;
  /** Verified reports among them. */
  readonly verified: number;
  /** The longest time between two days that it reported, in days; 0: it reported on one day. */
  readonly longestGapDays: number;
}

export interface FailureGroup {
  readonly resultType: string;
  /** `receiving-mx-hostname`; null: not told. */
  readonly mxHost: string | null;
  readonly count: number;
  readonly firstDay: string;
  readonly lastDay: string;
  /** At most ten of each, the most frequent first, and how many there are. */
  readonly receivingIps: readonly string[];
  readonly receivingIpCount: number;
  readonly sendingIps: readonly string[];
  readonly sendingIpCount: number;
  /** At most ten, the most frequent first. */
  readonly reporters: readonly string[];
  /** At most five different texts of `failure-reason-code` and `additional-information`. */
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

/** What only the page of one domain needs; lists are empty where nobody reported. */
export interface DomainDetails {
  /** The reporters with the most sessions, at most 30, and the others together; most sessions first. */
  readonly byReporter: readonly ReporterSeries[];
  /** Those that were heard in the window; most sessions first, at most 200. */
  readonly reporters: readonly ReporterTotals[];
  /** Most frequent first, at most 500. */
  readonly failures: readonly FailureGroup[];
  /** Latest first, at most 200. */
  readonly policies: readonly PolicyTotals[];
}

/** All that is known of one domain. */
export interface DomainFindings {
  readonly series: DomainSeries;
  readonly details: DomainDetails;
}

/** How one reporter sends: for `reports senders`. Names are free text, so signers tell reporters apart. */
export interface SenderHabits {
  readonly organization: string;
  /** The domain whose signature proves who sent them; null: nothing does. */
  readonly signer: string | null;
  readonly reports: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly via: readonly string[];
  readonly verdicts: Readonly<Record<string, number>>;
  /** Domains whose signatures the mails bear, good or not. */
  readonly signers: readonly string[];
  /** By code of deviations.ts. */
  readonly deviations: Readonly<Record<string, number>>;
}

export interface ReportStore {
  /**
   * Adds reports and moves the positions of their segments, both or neither. A key that is there already
   * is a duplicate and is not added; but where it was unverified and this one is verified, the
   * verification is taken over, and where it was verified and another domain has signed this one, that is
   * remembered: both have said it, and no one can take the other's place.
   */
  add(reports: readonly PackedReport[], positions: readonly SegmentPosition[]): Promise<AddResult>;
  /**
   * For each of the reports given, whether the store has it already, as this signer's too. What would change
   * nothing is not written to the journal again, so that a mailbox can be taken in every day.
   */
  known(reports: readonly SignedKey[]): Promise<readonly boolean[]>;
  positions(): Promise<readonly SegmentPosition[]>;
  /**
   * Says whose verified reports are trusted: these domains', and of those below them. Remembered; where they
   * are others than before, everything is added up again when it is asked for.
   */
  trust(signers: readonly string[]): Promise<void>;
  /** First and last day with data; null: the store is empty. */
  extent(): Promise<Window | null>;
  /** Every domain that a report of the window is about, or those named; each once, in no order. */
  series(window: Window, domains?: readonly string[]): AsyncIterable<DomainSeries>;
  /** Those that were heard in the window; most sessions first, at most 1,000. */
  reporters(window: Window): Promise<readonly ReporterTotals[]>;
  /** Everything else about some domains. */
  details(window: Window, domains: readonly string[]): Promise<ReadonlyMap<string, DomainDetails>>;
  /**
   * The series of one window and the details of another, which lies within it, of many domains: each once,
   * in no order, and not those of which nothing was reported. Takes the time of a few passes over the
   * store and the memory of some dozens of domains, however many there are.
   */
  everything(
    judged: Window,
    shown: Window,
    domains: readonly string[],
  ): AsyncIterable<DomainFindings>;
  /** Most reports first. */
  senders(): Promise<readonly SenderHabits[]>;
  /** The columns of {@link exportRows}, in order. */
  readonly exportColumns: readonly string[];
  /** Rows of the export, one per failure detail, or one per policy that has none; streamed, by day. */
  exportRows(window: Window | null, domain?: string): AsyncIterable<ExportRow>;
  close(): Promise<void>;
}

/** One row of the export; the keys are its columns, always the same and in the same order. */
export type ExportRow = Readonly<Record<string, string | number | boolean | null>>;
