/** How senders deviate from RFC 8460. All of it is accepted and recorded; `reports senders` lists it. */

const table = {
  // The container: mail, archive, file name.
  "label-not-content": "the media type or the file name does not match the compression",
  "label-unregistered":
    "the media type is neither application/tlsrpt+gzip nor application/tlsrpt+json",
  "zip-archive": "the report is in a zip archive",
  "base64-loose": "the base64 of the mail is malformed",
  "not-multipart-report": 'the mail is not multipart/report; report-type="tlsrpt"',
  "header-domain-missing": "the mail has no TLS-Report-Domain header",
  "header-submitter-missing": "the mail has no TLS-Report-Submitter header",
  "header-domain-differs": "TLS-Report-Domain names a domain that is not in the report",
  "several-in-one": "one mail or archive contains several reports",
  "subject-id-differs": "the report-id in the Subject differs from that in the report",
  late: "the report arrived more than three days after the end of its period",
  // The text.
  "json-bom": "the JSON starts with a byte order mark",
  "json-not-utf8": "the JSON is not valid UTF-8",
  "json-encoding": "the JSON is in UTF-16",
  "text-broken": "a string contains half a surrogate pair or a NUL",
  "report-in-array": "the report is inside an array",
  // The head.
  "organization-missing": "organization-name is missing or empty",
  "contact-missing": "contact-info is missing, empty or null",
  "report-id-missing": "report-id is missing or empty",
  "date-no-zone": "a date has no time zone; it is read as UTC",
  "date-format": "a date is not in the format of RFC 3339",
  "date-number": "a date is a number of seconds or milliseconds",
  "date-one-end": "only one date of date-range can be read; the other is set one day apart",
  "date-swapped": "date-range ends before it starts; its dates were swapped",
  "date-midnight": "the period ends at the next midnight instead of one second before",
  "date-not-a-day": "the period is not one day long",
  // The policies.
  "policies-not-array": "policies is an object instead of an array",
  "policy-unusable": "an element of policies names no domain and was ignored",
  "policy-flat": "the fields of policy are beside summary instead of inside policy",
  "policy-type-missing": "policy-type is missing or empty",
  "policy-type-unregistered": "policy-type is not one of the values of RFC 8460",
  "policy-domain-missing": "policy-domain is missing or empty",
  "policy-domain-odd": "policy-domain is not a domain name",
  "policy-domain-form": "policy-domain has capital letters, a trailing dot or non-ASCII letters",
  "policy-string-stringified": "policy-string is a string that contains a JSON array",
  "policy-string-text": "policy-string is a string instead of an array",
  "policy-string-line-ends": "lines of policy-string end in CR or LF",
  "policy-string-cut": "policy-string is longer than any policy and was truncated",
  "mx-host-text": "mx-host is a string instead of an array",
  "mx-host-cut": "mx-host has more hosts than any policy and was truncated",
  "summary-missing": "summary is missing; its counts are calculated from failure-details",
  "count-missing":
    "a count is missing; it is read as 0, in a failure detail as 1, or calculated from failure-details",
  "count-text": "a count is a string",
  "count-not-whole": "a count is not a whole number and was rounded",
  "count-negative": "a count is negative; it is read as 0",
  "count-huge": "a count is too large to be true and was reduced",
  "count-unreadable": "a count is not a number; it is read as 0",
  "counts-disagree": "the failure-details do not add up to the count in summary",
  "counts-zero": "a policy is reported with no sessions",
  "details-missing": "summary counts failures, but there are no failure-details",
  "details-not-array": "failure-details is not an array",
  "details-unusable": "an element of failure-details is not an object and was ignored",
  "details-many": "there are too many failure-details; those over the limit were added up",
  "result-type-missing": "result-type is missing or empty",
  "result-type-unregistered": "result-type is not one of the values of RFC 8460",
  "result-type-form": "result-type is not in lower case",
  "detail-count-zero": "a failure detail counts 0 sessions",
  "ip-missing": "an IP address of a failure detail is missing or empty",
  "ip-odd": "an IP address of a failure detail is not valid",
  "mx-missing": "receiving-mx-hostname of a failure detail is missing or empty",
  "field-type": "a field that should be a string is something else",
  "text-cut": "a string is too long and was truncated",
  "text-empty": 'a field is "" or null instead of absent',
} as const satisfies Readonly<Record<string, string>>;

/** A way in which a report differs from RFC 8460. Codes are stored, so they are never renamed. */
export type DeviationCode = keyof typeof table;

/** All of them. */
export const deviationCodes = Object.keys(table) as readonly DeviationCode[];

/** Describes a code in one line. A code of another version of the program stays a code. */
export function describeDeviation(code: string): string {
  return Object.hasOwn(table, code) ? table[code as DeviationCode] : code;
}
