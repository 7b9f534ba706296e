/**
 * What the report commands ask of a store, whichever database stands behind it. A store is an index of
 * the journal: it can be deleted and made again. What is said here holds for every store;
 * test/reports/store/contract.ts tests it.
 *
 * Days are UTC, as ISO dates. Where a list is ordered by text, the order is that of Unicode code points.
 * Sums are exact up to `Number.MAX_SAFE_INTEGER`; forged reports can name more, and what is above it may be
 * rounded or capped, but never fails.
 */
import type { Result } from "../../diagnostics/result.ts";
import type { NewReport } from "../new-report.ts";

/** How far a segment of the journal is in the store. */
export interface SegmentPosition {
  readonly segment: string;
  readonly offset: number;
}

export interface AddResult {
  readonly added: number;
  readonly duplicates: number;
}

/** Days from the first to the last, both included. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** Values of one day each; the first is that of the window's first day. */
export type Daily = Float64Array;

/** How many entries the lists of a store have at most. */
export const maxListed = {
  /** {@link DomainSeries.kinds} */
  kinds: 40,
  /** {@link DomainDetails.byReporter}, without the one for all others. */
  reporterSeries: 30,
  /** {@link DomainDetails.reporters} */
  domainReporters: 200,
  /** {@link DomainDetails.failures} */
  failures: 500,
  /** The addresses, and the reporters, of {@link FailureTotals}. */
  failureValues: 10,
  /** {@link FailureTotals.reasons} */
  failureReasons: 5,
  /** {@link DomainDetails.policies} */
  policies: 200,
  /** {@link ReportStore.reporters} */
  reporters: 1000,
  /** {@link ReportStore.senders} */
  senders: 1000,
  /** Each of the properties of {@link SenderHabits}. */
  senderValues: 100,
} as const;

/** What was reported about one domain, day by day of a window. */
export interface DomainSeries {
  readonly domain: string;
  /** How many policies the day's reports contain: 0 means that nobody reported, which is not "no sessions". */
  readonly entries: Daily;
  readonly successes: Daily;
  readonly failures: Daily;
  /** The part of them that verified reports contain. */
  readonly verifiedSuccesses: Daily;
  readonly verifiedFailures: Daily;
  /** The part of those that a trusted signer has sent, see {@link ReportStore.trust}. */
  readonly trustedSuccesses: Daily;
  readonly trustedFailures: Daily;
  /** By result type; those with the most failures, of as many the first by name. */
  readonly kinds: readonly KindSeries[];
  /** How many organizations reported in the window. */
  readonly reporters: number;
  /**
   * Index of the last day for which the main reporter reported anything; -1: nobody reported a failure. The
   * main reporter is the organization with the most failures; of several with as many, the one heard last.
   */
  readonly mainReporterLastDay: number;
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

/** The days and the gap are of all time, the counts of the window. */
export interface ReporterTotals {
  readonly organization: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly reports: number;
  readonly successes: number;
  readonly failures: number;
  /** Verified reports among them. */
  readonly verified: number;
  /** The longest time between two days with reports, in days; 0: there is only one day. */
  readonly longestGapDays: number;
}

/** Failures of one result type at one MX host. Lists have the values with the most failures first, then by text. */
export interface FailureTotals {
  readonly resultType: string;
  /** `receiving-mx-hostname`; null: not reported. */
  readonly mxHost: string | null;
  readonly count: number;
  readonly firstDay: string;
  readonly lastDay: string;
  /** Addresses, and how many different ones there are. */
  readonly receivingIps: readonly string[];
  readonly receivingIpCount: number;
  readonly sendingIps: readonly string[];
  readonly sendingIpCount: number;
  /** Organizations. */
  readonly reporters: readonly string[];
  /** Different texts of `failure-reason-code` and `additional-information`. */
  readonly reasons: readonly string[];
}

/** Sessions under policies of the same type, `policy-string` and `mx-host`. */
export interface PolicyTotals {
  readonly type: string;
  /** `policy-string`, as lines. */
  readonly strings: readonly string[];
  readonly firstDay: string;
  readonly lastDay: string;
  readonly successes: number;
  readonly failures: number;
}

/** What only the page of one domain needs; lists are empty where nobody reported in the window. */
export interface DomainDetails {
  /** The reporters with the most sessions, then by name, and all others together as the last. */
  readonly byReporter: readonly ReporterSeries[];
  /** Those that reported on a day of the window or on days before and after it; most sessions first, then by name. */
  readonly reporters: readonly ReporterTotals[];
  /** Most failures first, then by result type and MX host, unknown hosts last. */
  readonly failures: readonly FailureTotals[];
  /** Latest last day first, then most sessions, then by type and text. */
  readonly policies: readonly PolicyTotals[];
}

/** The details of a domain without reports. */
export const noDetails: DomainDetails = {
  byReporter: [],
  reporters: [],
  failures: [],
  policies: [],
};

/** Everything about one domain. */
export interface DomainFindings {
  readonly series: DomainSeries;
  readonly details: DomainDetails;
}

/**
 * How one reporter sends, for `reports senders`. Names are free text, so signers tell reporters apart; a
 * report that several have signed counts for each of them. Values with the most reports come first, then
 * by text.
 */
export interface SenderHabits {
  readonly organization: string;
  /** The domain whose signature proves who sent the reports; null: nothing proves it. */
  readonly signer: string | null;
  readonly reports: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly via: readonly string[];
  readonly verdicts: Readonly<Record<string, number>>;
  /** Domains whose signatures the mails have, valid or not. */
  readonly signers: readonly string[];
  /** By code of deviations.ts. */
  readonly deviations: Readonly<Record<string, number>>;
}

/**
 * Writes reports to the journal before the store has them; gives the positions that the journal then has.
 * `changing` are the indexes of the reports that change the store, in ascending order; none may.
 */
export type WriteJournal = (
  changing: readonly number[],
) => readonly SegmentPosition[] | Promise<readonly SegmentPosition[]>;

/** A store that is open. Its methods may be called while others are at work. */
export interface ReportStore {
  /**
   * Adds reports in three steps, between which nobody else adds: finds which of them change the store, has
   * `writeJournal` write those, then adds them and moves the positions of the segments in one transaction,
   * all or nothing. Where `writeJournal` rejects, so does `add`, and nothing is added. It must not use the store.
   *
   * A report whose key is there already is a duplicate. It changes the store only by who signed it, as
   * `isKnown` and `planAddition` of plan-addition.ts define: a verified arrival takes the place of an
   * unverified one (verification, `via` and `submitter`), and further signers are remembered beside the first.
   * A position never moves back. Where a report has no key of 64 hexadecimal digits, all are refused.
   *
   * Texts may be anything that the normaliser lets through, and come out as they went in; an arrival is
   * stored as `wellFormedArrival` makes it.
   */
  add(reports: readonly NewReport[], writeJournal: WriteJournal): Promise<AddResult>;
  /** Each segment once, in no order. */
  positions(): Promise<readonly SegmentPosition[]>;
  /**
   * Sets whose verified reports are trusted: those that one of these domains, or a domain below one, has
   * signed, be it the first signer or a further one (`isTrustedSigner`). The store remembers it.
   */
  trust(domains: readonly string[]): Promise<void>;
  /** The first and last day with reports; null: the store is empty. */
  extent(): Promise<Window | null>;
  /** Every domain that a report of the window is about, or those of them that are named; each once, in no order. */
  series(window: Window, domains?: readonly string[]): AsyncIterable<DomainSeries>;
  /** As {@link DomainDetails.reporters}, about all domains. */
  reporters(window: Window): Promise<readonly ReporterTotals[]>;
  /** Details of some domains; those that no report of any day is about are missing. */
  details(window: Window, domains: readonly string[]): Promise<ReadonlyMap<string, DomainDetails>>;
  /**
   * What {@link series} gives for one window, with what {@link details} gives for another that lies within
   * it; each domain once, in no order. Takes the time of a few passes over the store and the memory of some
   * dozens of domains, however many there are.
   */
  everything(
    judged: Window,
    shown: Window,
    domains: readonly string[],
  ): AsyncIterable<DomainFindings>;
  /** Most reports first, then by name and signer, unproven ones last. */
  senders(): Promise<readonly SenderHabits[]>;
  /**
   * One row for each failure detail, and one for each policy without any; of all days, or of a window; of all
   * domains, or of one. By day, then in the order of adding; the details of a policy by result type, then
   * most sessions first. In the memory of one day.
   */
  exportRows(window: Window | null, domain?: string): AsyncIterable<ExportRow>;
  close(): Promise<void>;
}

/** The columns of an {@link ExportRow}, in order; documented in docs/reports-store.md. */
export const exportColumns = [
  "day",
  "domain",
  "organization",
  "report_id",
  "starts",
  "ends",
  "contact",
  "via",
  "received",
  "verdict",
  "signer",
  "policy",
  "policy_type",
  "policy_string",
  "mx_hosts",
  "successful_sessions",
  "failed_sessions",
  "result_type",
  "detail_failed_sessions",
  "sending_ip",
  "receiving_mx",
  "receiving_helo",
  "receiving_ip",
  "information",
  "reason",
] as const;

/** One row of the export: its keys are the columns in order. Times are ISO, in UTC; `policy` is a number of its own for each policy. */
export type ExportRow = Readonly<Record<string, string | number | null>>;

/** A database that can hold the store of a site, at the place where this site's is. */
export interface StoreBackend {
  /**
   * Opens the store, which is made where it is missing, and lets `prepare` work with it. Where the database
   * cannot be used, or fails meanwhile, the result says why, and the store is closed.
   * @throws what else `prepare` throws; the store is closed then too
   */
  open(prepare: (store: ReportStore) => Promise<void>): Promise<Result<ReportStore>>;
  /**
   * Lets `fill` fill an empty store, which then replaces the one that is there, be that damaged or of another
   * version. Until then the old one stays as it is, also when the process is killed. Problems as with {@link open}.
   */
  replace(fill: (store: ReportStore) => Promise<void>): Promise<Result<null>>;
}
