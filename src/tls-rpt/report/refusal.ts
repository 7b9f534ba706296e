/** Why something that claims to be a report cannot be read. */
import { maxPolicies } from "./bounds.ts";

const table = {
  // The container.
  "too-large": "it is too large to be a report",
  "too-deep": "it has too many archives or mails inside each other",
  bomb: "it becomes too large when it is decompressed",
  "gzip-damaged": "the gzip data is damaged or truncated",
  "zip-damaged": "the zip archive is damaged, truncated or encrypted",
  "mail-unreadable": "the mail cannot be parsed",
  "mail-without-report": "the mail says that it is a report, but contains none",
  "not-known": "it is not JSON, gzip, zip or a mail",
  // The text.
  "json-invalid": "the JSON is malformed or truncated",
  "json-too-deep": "the JSON is nested too deeply",
  "not-an-object": "the JSON is not an object",
  "not-a-report": "the JSON has none of the fields of a report",
  "several-in-array": "the JSON is an array of several reports",
  // The report.
  "dates-missing": "date-range is missing or empty",
  "dates-unreadable": "no date of date-range can be read",
  "dates-impossible": "date-range is before 2016, in the future, or longer than a year",
  "policies-missing": "policies is missing or empty",
  "policies-too-many": `policies has more than ${String(maxPolicies)} elements`,
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

/** Describes a refusal in one line. A code of another version of the program stays a code. */
export function describeRefusal(code: string): string {
  return Object.hasOwn(table, code) ? table[code as Refusal] : code;
}

/** Describes refusals in one line. */
export function describeRefusals(codes: readonly string[]): string {
  return codes.map(describeRefusal).join("; ");
}
