/** How senders deviate from RFC 8460, each with a line for `reports senders`. All of it is accepted. */

const table = {
  // The wrapping.
  "label-not-content": "the media type or the file name names the wrong compression",
  "label-unregistered":
    "the media type is neither application/tlsrpt+gzip nor application/tlsrpt+json",
  "zip-archive": "the report is in a zip archive",
  "base64-loose": "the base64 of the mail is not well-formed",
  "not-multipart-report": 'the mail is not multipart/report; report-type="tlsrpt"',
  "header-domain-missing": "the mail has no TLS-Report-Domain",
  "header-submitter-missing": "the mail has no TLS-Report-Submitter",
  "header-domain-differs": "TLS-Report-Domain names a domain that is not in the report",
  "several-in-one": "one mail or archive contains several reports",
  "subject-id-differs": "the report-id in the Subject differs from the one in the report",
  late: "the report arrived more than three days after the end of its period",
  // The text.
  "json-bom": "the JSON begins with a byte order mark",
  "json-not-utf8": "the JSON is not well-formed UTF-8",
  "json-encoding": "the JSON is in UTF-16",
  "text-broken": "a string contains half a character or a NUL",
  "report-in-array": "the report is inside an array",
  // The head.
  "organization-missing": "organization-name is missing or empty",
  "contact-missing": "contact-info is missing, empty or null",
  "report-id-missing": "report-id is missing or empty",
  "date-no-zone": "a date has no time zone; it is read as UTC",
  "date-format": "a date is not in the format of RFC 3339",
  "date-number": "a date is a number of seconds or milliseconds",
  "date-one-end": "only one end of date-range can be read; the other is assumed to be one day away",
  "date-swapped": "date-range ends before it starts; the two were swapped",
  "date-midnight": "the period ends at midnight of the next day",
  "date-not-a-day": "the period is longer or shorter than a day",
  // The policies.
  "policies-not-array": "policies is one object instead of an array",
  "policy-unusable": "an element of policies names no domain and is ignored",
  "policy-flat": "the fields of policy are next to summary instead of inside policy",
  "policy-type-missing": "policy-type is missing or empty",
  "policy-type-unregistered": "policy-type is not a registered value",
  "policy-domain-missing": "policy-domain is missing or empty",
  "policy-domain-odd": "policy-domain is not a domain name",
  "policy-domain-form": "policy-domain has capitals, a trailing dot or non-ASCII letters",
  "policy-string-stringified": "policy-string is one string that contains a JSON array",
  "policy-string-text": "policy-string is one string instead of an array",
  "policy-string-line-ends": "lines of policy-string end in CR or LF",
  "policy-string-cut": "policy-string is longer than any policy; the rest was cut off",
  "mx-host-text": "mx-host is a string instead of an array",
  "mx-host-cut": "mx-host has more hosts than any policy; the rest was cut off",
  "summary-missing": "summary is missing; its counts are calculated from the details",
  "count-missing":
    "a count is missing; it is read as 0 (in a failure detail as 1), or calculated from the details",
  "count-text": "a count is a string",
  "count-not-whole": "a count is not a whole number; it was rounded",
  "count-negative": "a count is negative; it is read as 0",
  "count-huge": "a count is impossibly large; it was reduced",
  "count-unreadable": "a count is not a number; it is read as 0",
  "counts-disagree": "failure-details do not add up to the summary",
  "counts-zero": "a policy is reported without any sessions",
  "details-missing": "the summary reports failures, but there are no failure-details",
  "details-not-array": "failure-details is not an array",
  "details-unusable": "an element of failure-details is not an object and was left out",
  "details-many": "there are too many failure-details; the rest was added up by result-type",
  "result-type-missing": "result-type is missing or empty",
  "result-type-unregistered": "result-type is not a registered value",
  "result-type-form": "result-type is not in lower case",
  "detail-count-zero": "a failure detail has a count of zero",
  "ip-missing": "an address of a failure detail is missing or empty",
  "ip-odd": "an address of a failure detail is not an IP address",
  "mx-missing": "receiving-mx-hostname of a failure detail is missing or empty",
  "field-type": "a field that should be a string is something else",
  "text-cut": "a string is too long; the rest was cut off",
  "text-empty": 'a field is "" or null instead of absent',
} as const satisfies Readonly<Record<string, string>>;

/** A way in which a report deviates from RFC 8460. Codes are stored, so they are never renamed. */
export type DeviationCode = keyof typeof table;

/** All of them. */
export const deviationCodes = Object.keys(table) as readonly DeviationCode[];

/** Describes a deviation in one line; returns a code of another version of the program as it is. */
export function describeDeviation(code: string): string {
  return Object.hasOwn(table, code) ? table[code as DeviationCode] : code;
}
