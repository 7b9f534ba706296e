/**
 * A TLS-RPT report as stspress keeps it: normalised, complete, and free of what senders do differently.
 * Every text in it may be hostile; lengths are bounded by the normaliser.
 *
 * @see RFC 8460 §4.4
 */

/** One report: one sender, one period, for the policies of one or more domains. */
export interface Report {
  /** `organization-name`, trimmed; "" where the sender gives none. */
  readonly organization: string;
  /** `contact-info`, or null. */
  readonly contact: string | null;
  /** `report-id`; "" where the sender gives none. */
  readonly reportId: string;
  /** `date-range`, Unix seconds UTC; `end` is the last second that is covered, so never midnight of the next day. */
  readonly start: number;
  readonly end: number;
  /** At least one. */
  readonly policies: readonly ReportedPolicy[];
}

/** What happened under one policy of one domain. */
export interface ReportedPolicy {
  /** `policy-type` in lower case: `sts`, `tlsa`, `no-policy-found`, or an unregistered value. */
  readonly type: string;
  /** `policy-domain` in lower-case A-labels, without a trailing dot. */
  readonly domain: string;
  /** `policy-string`: lines of the policy text, or TLSA records; without line ends. */
  readonly strings: readonly string[];
  /** `mx-host`: patterns of the policy, lower case. */
  readonly mxHosts: readonly string[];
  /** `total-successful-session-count`. */
  readonly successes: number;
  /** `total-failure-session-count`; as reported, even where the details add up to something else. */
  readonly failures: number;
  readonly details: readonly FailureDetail[];
}

/** Sessions that failed in one way. Kinds overlap: their sum need not be the total (RFC 8460 §4.4). */
export interface FailureDetail {
  /** `result-type` in lower case, registered or not. */
  readonly resultType: string;
  readonly sendingIp: string | null;
  readonly receivingMx: string | null;
  readonly receivingHelo: string | null;
  readonly receivingIp: string | null;
  /** `failed-session-count`. */
  readonly count: number;
  /** `additional-information`, a URI. */
  readonly information: string | null;
  /** `failure-reason-code`, free text. */
  readonly reason: string | null;
}
