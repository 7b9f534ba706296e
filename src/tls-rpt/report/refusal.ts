/** Why something that claims to be a report cannot be read: the reason that is shown for a quarantined file. */

const table = {
  // The wrapping.
  "too-large": "it is larger than any report",
  "too-deep": "archives or mails are nested too deep",
  bomb: "it would become far too large when decompressed",
  "gzip-damaged": "the gzip data is damaged or cut off",
  "zip-damaged": "the zip archive is damaged, cut off or encrypted",
  "mail-unreadable": "the structure of the mail cannot be read",
  "mail-without-report": "the mail claims to be a report but contains none",
  "not-known": "it is not JSON, gzip, zip or a mail",
  // The text.
  "json-invalid": "the JSON is cut off or not well-formed",
  "json-too-deep": "the JSON is nested too deep",
  "not-an-object": "the JSON is not an object",
  "not-a-report": "the JSON has none of the fields of a report",
  "several-in-array": "the JSON is an array of several reports",
  // The report.
  "dates-missing": "date-range is missing or empty",
  "dates-unreadable": "the dates in date-range cannot be read",
  "dates-impossible": "date-range is before 2016, in the future, or longer than a year",
  "policies-missing": "policies is missing or empty",
  "policies-too-many": "there are more policies than any genuine report has",
  "domain-missing": "no policy names its domain",
} as const satisfies Readonly<Record<string, string>>;

/** Why a report was refused. */
export type Refusal = keyof typeof table;

/** What was read, or why it was refused. */
export type ReadResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Refusal };

/** Makes a result that was refused. */
export function refuse(reason: Refusal): { readonly ok: false; readonly reason: Refusal } {
  return { ok: false, reason };
}

/** Describes a refusal in one line; returns a code of another version of the program as it is. */
export function describeRefusal(code: string): string {
  return Object.hasOwn(table, code) ? table[code as Refusal] : code;
}

/** Describes refusals in one line. */
export function describeRefusals(codes: readonly string[]): string {
  return codes.map(describeRefusal).join("; ");
}
