/** The `_mta-sts` TXT record (RFC 8461 §3.1). */
import type { Parsed } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import { fieldNameFault, type Extension } from "./extension.ts";
import { Extensions, isTagValue, readTags, type Tag } from "./tag-list.ts";
import { selectRecord } from "./txt-rrset.ts";

export { joinStrings } from "./txt-rrset.ts";

const version = "v=STSv1";
const maxIdLength = 32;
const policyFields = new Set(["version", "mode", "max_age", "mx"]);

/** An `_mta-sts` record. */
export interface StsRecord {
  /** Names one instance of the policy: 1 to 32 ASCII letters and digits, compared for equality only. */
  readonly id: string;
  /** Fields that RFC 8461 leaves to extensions, in order; never published by stspress itself. */
  readonly extensions: readonly Extension[];
}

/**
 * Reads the text of one `_mta-sts` TXT record, its strings already joined. A repeated `id` is a
 * warning and the first counts; so is a space before the version's semicolon, which some senders
 * accept. Offsets count UTF-16 code units. Never throws; time is linear.
 * @see RFC 8461 §3.1, erratum 6285
 */
export function parseStsRecord(text: string): Parsed<StsRecord> {
  const out = new Problems();
  const extensions = new Extensions(["id"], out);
  let id: string | null = null;
  const tags = readTags(text, version, out);
  for (const tag of tags) {
    const { name, value, start } = tag;
    if (value === null) {
      out.add("sts-record/field-without-value", { field: name }, start, name.length);
    } else if (extensions.repeats(tag)) {
      extensions.check(tag, value);
    } else if (name === "id") {
      checkId(value, tag, out);
      id = value;
    } else if (policyFields.has(name)) {
      out.add("sts-record/policy-field", { name }, start, name.length);
      if (extensions.check(tag, value)) extensions.list.push({ name, value });
    } else {
      extensions.take(tag, value);
    }
  }
  if (id === null && (tags.length > 0 || !out.failed)) {
    out.add("sts-record/missing-id", {}, text.length, 0);
  }
  return out.answer(id === null ? null : { id, extensions: extensions.list });
}

function checkId(id: string, { start, valueStart }: Tag, out: Problems): void {
  const wrong = /[^A-Za-z0-9]/u.exec(id);
  if (id === "") {
    out.add("sts-record/id", { id, fault: "empty", character: "" }, start, 3);
  } else if (wrong !== null) {
    const args = { id, fault: "character", character: wrong[0] } as const;
    out.add("sts-record/id", args, valueStart + wrong.index, wrong[0].length);
  } else if (id.length > maxIdLength) {
    const args = { id, fault: "too-long", character: "" } as const;
    out.add("sts-record/id", args, valueStart + maxIdLength, id.length - maxIdLength);
  }
}

/**
 * Prints an `_mta-sts` record, such as `v=STSv1; id=20261124T093000Z`. `parseStsRecord` of it gives
 * the record again.
 * @throws RangeError where a value cannot stand in the record.
 * @see RFC 8461 §3.1
 */
export function formatStsRecord({ id, extensions }: StsRecord): string {
  if (!/^[A-Za-z0-9]{1,32}$/.test(id)) throw new RangeError("this is no id of an _mta-sts record");
  return [version, `id=${id}`, ...extensions.map(formatExtension)].join("; ");
}

/** Prints an extension as `name=value`. @throws RangeError where it cannot stand in a record. */
export function formatExtension({ name, value }: Extension): string {
  if (fieldNameFault(name) !== null || !isTagValue(value)) {
    throw new RangeError("this extension cannot stand in a TXT record");
  }
  return `${name}=${value}`;
}

/**
 * Reads all TXT records at `_mta-sts.<domain>` as a sender does: discards what does not begin with
 * `v=STSv1;`, then exactly one must be left. Each text is one record, its strings joined; CNAMEs
 * have been followed. Offsets count in the texts joined by one LF.
 * @see RFC 8461 §3.1
 */
export function selectStsRecord(rrset: readonly string[]): Parsed<StsRecord> {
  return selectRecord(rrset, "_mta-sts", version, parseStsRecord);
}
