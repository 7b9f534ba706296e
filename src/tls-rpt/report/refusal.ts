/** Why something that claims to be a report is none that can be read: what a quarantined file is told with. */

const table = {
  // The wrapping.
  "too-large": "it is larger than any report",
  "too-deep": "archives or mails are within each other too often",
  bomb: "it would grow beyond all measure when decompressed",
  "gzip-damaged": "the gzip data is damaged or cut off",
  "zip-damaged": "the zip archive is damaged, cut off or encrypted",
  "mail-unreadable": "the mail is built in a way that cannot be read",
  "mail-without-report": "the mail says that it is a report, and none is in it",
  "not-known": "it is neither JSON nor gzip, zip or a mail",
  // The text.
  "json-invalid": "the JSON is cut off or not well-formed",
  "json-too-deep": "the JSON is nested too deep",
  "not-an-object": "the JSON is no object",
  "not-a-report": "the JSON has none of the fields of a report",
  "several-in-array": "the JSON is an array of several reports",
  // The report.
  "dates-missing": "there is no date-range, or it is empty",
  "dates-unreadable": "no date of date-range can be read",
  "dates-impossible": "date-range lies before 2016 or in the future, or spans more than a year",
  "policies-missing": "there are no policies",
  "policies-too-many": "there are more policies than any honest report has",
  "domain-missing": "no policy says which domain it is of",
} as const satisfies Readonly<Record<string, string>>;

/** Why a report was refused. */
export type Refusal = keyof typeof table;

/** Says a refusal in one line; a code of another version of the program as it is. */
export function describeRefusal(code: string): string {
  return Object.hasOwn(table, code) ? table[code as Refusal] : code;
}

/** Says refusals in one line. */
export function describeRefusals(codes: readonly string[]): string {
  return codes.map(describeRefusal).join("; ");
}
