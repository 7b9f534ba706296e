/**
 * What the reports page shows, and `reports status` says: plain JSON, judged already. Days are ISO dates
 * (`2026-11-24`) in UTC; times are Unix seconds; counts are sessions.
 */

/** What is going on with one kind of failure, or with a domain as a whole. */
export type TrendVerdict =
  /** Failures appeared that were not there in the weeks before. */
  | "new"
  /** Their rate is higher than in the weeks before, beyond chance. */
  | "rising"
  /** Failures that were hardly there before, of too few sessions to tell whether they are more than chance. */
  | "unclear"
  /** Failures go on at the rate they had. */
  | "steady"
  /** Their rate is lower than in the weeks before, beyond chance. */
  | "falling"
  /** There were failures, and there are none any more, beyond chance. */
  | "gone"
  /** So few among so many that chance and careless senders explain them. */
  | "normal"
  /** Reports came, and no failure in them. */
  | "none";

/** How a domain is: the first thing that is told of it. `unknown`: no report, which is not good news. */
export type Health = "emergency" | "trouble" | "watch" | "good" | "unknown";

/** Rates with the interval in which the true rate lies with 95 % (Wilson). */
export interface Rate {
  readonly sessions: number;
  readonly failures: number;
  /** 0 to 1; null where there were no sessions. */
  readonly rate: number | null;
  readonly low: number;
  readonly high: number;
}

export interface Overview {
  /** When it was made, Unix seconds. */
  readonly madeAt: number;
  /** First and last day of the window that the page shows. */
  readonly from: string;
  readonly to: string;
  /** Those of the site, most troubled first. */
  readonly domains: readonly DomainRow[];
  /** Others that reports are about, at most 200, most troubled first; they count nowhere else. */
  readonly undeclared: readonly DomainRow[];
  /** How many of them there are. */
  readonly undeclaredCount: number;
  readonly reporters: readonly ReporterRow[];
  /** Totals of the window, of the site's domains. */
  readonly totals: Rate;
  /** Reports that could not be read and wait in the quarantine folder. */
  readonly quarantined: number;
}

export interface DomainRow {
  readonly domain: string;
  /** Whether it is one of the site's. */
  readonly inSite: boolean;
  readonly health: Health;
  /** One line: what is wrong, since when; or that all is well; or that nobody reports. */
  readonly headline: string;
  readonly trend: TrendVerdict;
  /** Of the last seven days with reports. */
  readonly recent: Rate;
  /** Whole window. */
  readonly whole: Rate;
  /** How many reporters were heard in the window. */
  readonly reporters: number;
  /** Last day that a report covers; null: none. */
  readonly lastDay: string | null;
  /** Share of the window's sessions that come from verified reports, 0 to 1; null: no sessions. */
  readonly verifiedShare: number | null;
  /** Failures per day of the window, for a sparkline; null: no report covers the day. */
  readonly sparkline: readonly (number | null)[];
  /** Mode of the policy that the lock has, or null. */
  readonly mode: string | null;
}

export interface ReporterRow {
  readonly organization: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly reports: number;
  readonly sessions: number;
  readonly failures: number;
  /** Verified reports among them. */
  readonly verified: number;
  /** Whether it used to report and has been silent for longer than it ever was. */
  readonly silent: boolean;
}

/** Everything about one domain. */
export interface DomainPage {
  readonly madeAt: number;
  readonly row: DomainRow;
  /** Every day of the window, in order; the series below have one value for each. */
  readonly days: readonly string[];
  readonly byReporter: readonly Series[];
  readonly byResultType: readonly FailureSeries[];
  readonly failures: readonly FailureRow[];
  readonly reporters: readonly ReporterRow[];
  readonly instances: readonly PolicyInstance[];
  /** Failures by the policy that the sender held when they happened. */
  readonly held: readonly HeldPolicy[];
}

/** Sessions of one reporter per day; null: it sent no report for that day. */
export interface Series {
  readonly name: string;
  readonly successes: readonly (number | null)[];
  readonly failures: readonly (number | null)[];
}

/** Failures of one result type per day. */
export interface FailureSeries {
  readonly resultType: string;
  readonly trend: TrendVerdict;
  readonly total: number;
  /** First day of the present run of failures. */
  readonly since: string | null;
  readonly counts: readonly number[];
}

/** One row of the table *result type → cause → fix*. */
export interface FailureRow {
  readonly resultType: string;
  /** What usually causes it, and what to do: from the table of result types. */
  readonly cause: string;
  readonly fix: string;
  readonly trend: TrendVerdict;
  readonly mxHost: string | null;
  readonly receivingIps: readonly string[];
  readonly sendingIps: readonly string[];
  /** How many addresses there are in all; the lists above are cut. */
  readonly receivingIpCount: number;
  readonly sendingIpCount: number;
  readonly reporters: readonly string[];
  /** Different texts of `failure-reason-code` and `additional-information`, at most five. */
  readonly reasons: readonly string[];
  readonly count: number;
  readonly firstDay: string;
  readonly lastDay: string;
}

/** A policy instance of the lock on the time axis. */
export interface PolicyInstance {
  readonly id: string;
  readonly mode: string;
  /** null: not recorded live. */
  readonly liveAt: number | null;
  /** Until when senders may hold it; null: it is the current one, or its hold has no end. */
  readonly heldUntil: number | null;
  readonly current: boolean;
}

/** Sessions under one policy that senders held. */
export interface HeldPolicy {
  /** Id of the lock's instance whose text it is; null: none that the lock knows. */
  readonly id: string | null;
  /** `sts`, `tlsa`, `no-policy-found`, … */
  readonly type: string;
  /** `enforce`, `testing`, …; null: not told. */
  readonly mode: string | null;
  readonly current: boolean;
  /** Last day on which a sender held it. */
  readonly lastDay: string;
  readonly rate: Rate;
  /** Such as `still used 12 days after it was replaced`; "": none. */
  readonly remark: string;
}
