/** Limits of a report. Real reports stay far below; longer texts are truncated and recorded as a deviation. Lengths in UTF-16 code units. */

/** Bytes of the JSON text. RFC 8460 names no limit; receivers accept 10 MB. */
export const maxReportBytes = 16 * 1024 * 1024;

/** Bytes of a report by HTTPS, compressed and decompressed. @see RFC 8460 §3: a receiver may refuse larger ones */
export const maxPostBytes = 10 * 1024 * 1024;

/** Levels of nested arrays and objects; the format has seven. */
export const maxNesting = 64;

/** Policies of one report: more is refused, because each costs a row. */
export const maxPolicies = 2_000;

/** Failure details of one report that are kept one by one; the rest are added up by result type. */
export const maxDetails = 10_000;

/** Characters of all policies and details of one report together: this bounds the memory of a report. */
export const maxCharacters = 4 * 1024 * 1024;

/** Names: organization, report-id, contact, result-type. */
export const maxName = 512;
/** Longest domain or host name. @see RFC 1035 §2.3.4 */
export const maxHost = 255;
/** `additional-information`, `failure-reason-code`. */
export const maxFreeText = 2_000;

/** `policy-string`: as long as a policy may be (RFC 8461 §3.3), over all lines. */
export const maxPolicyText = 64 * 1024;
/** Lines of `policy-string`. */
export const maxPolicyLines = 2_000;
/** Hosts of `mx-host`. */
export const maxMxHosts = 1_000;

/** No day has more sessions: sums of them stay exact. */
export const maxCount = 1e12;
