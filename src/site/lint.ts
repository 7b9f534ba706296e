/** The verdict on a text from anywhere: what `stspress lint` prints. */
import type { Parsed, Problem } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import { decodeUtf8 } from "../diagnostics/utf8-text.ts";
import { parseStsRecord, selectStsRecord, type StsRecord } from "../mta-sts/record.ts";
import { decodePolicy, type Policy } from "../mta-sts/policy.ts";
import { parseTlsRptRecord, selectTlsRptRecord, type TlsRptRecord } from "../tls-rpt/record.ts";
import { readQuotedStrings } from "./quoted-strings.ts";

export const lintKinds = ["policy", "record", "tls-rpt-record"] as const;
export type LintKind = (typeof lintKinds)[number];

/** What each kind of text is read as. */
export interface LintValues {
  readonly policy: Policy;
  readonly record: StsRecord;
  readonly "tls-rpt-record": TlsRptRecord;
}

export interface LintResult<K extends LintKind = LintKind> {
  /** The decoded text that the problems' offsets point into; wrong bytes are U+FFFD. */
  readonly text: string;
  /** Errors, warnings and notes, by offset. */
  readonly problems: readonly Problem[];
  /** Whether there is no error among them. */
  readonly valid: boolean;
  /** null where the text is not valid. */
  readonly value: LintValues[K] | null;
}

/**
 * Gives the strict RFC verdict on a policy, an `_mta-sts` record or an `_smtp._tls` record.
 *
 * A policy is the whole body. For records, every line that is not empty is one TXT record of the
 * same name: a single one is read for itself, several by the discard rule of RFC 8461 §3.1. A line
 * that begins with `"` is a sequence of quoted strings, as zone files and `dig +short` write them.
 */
export function lint<K extends LintKind>(kind: K, bytes: Uint8Array): LintResult<K>;
export function lint(kind: LintKind, bytes: Uint8Array): LintResult {
  switch (kind) {
    case "policy": {
      const { text, parsed } = decodePolicy(bytes);
      return resultOf(text, parsed);
    }
    case "record":
      return lintRecords(bytes, parseStsRecord, selectStsRecord);
    case "tls-rpt-record":
      return lintRecords(bytes, parseTlsRptRecord, selectTlsRptRecord);
  }
}

function resultOf(text: string, parsed: Parsed<LintValues[LintKind]>): LintResult {
  return parsed.ok
    ? { text, problems: parsed.warnings, valid: true, value: parsed.value }
    : { text, problems: parsed.problems, valid: false, value: null };
}

function lintRecords(
  bytes: Uint8Array,
  parse: (text: string) => Parsed<StsRecord | TlsRptRecord>,
  select: (rrset: readonly string[]) => Parsed<StsRecord | TlsRptRecord>,
): LintResult {
  const out = new Problems();
  const source = decodeUtf8(bytes, out);
  const { rrset, starts, ends } = readLines(source, out);
  if (out.failed) return { text: source, problems: out.sorted(), valid: false, value: null };
  const [only] = rrset;
  const parsed = rrset.length === 1 && only !== undefined ? parse(only) : select(rrset);
  for (const found of parsed.ok ? parsed.warnings : parsed.problems) {
    const start = starts[found.offset] ?? source.length;
    const end = found.length === 0 ? start : (ends[found.offset + found.length - 1] ?? start);
    out.push({ ...found, offset: start, length: Math.max(0, end - start) });
  }
  return resultOf(source, out.answer(parsed.ok ? parsed.value : null));
}

/** The records, and for each code unit of them (joined by one LF) where it begins and ends in the source. */
function readLines(
  source: string,
  out: Problems,
): { rrset: string[]; starts: number[]; ends: number[] } {
  const rrset: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (let start = 0; start < source.length;) {
    const lf = source.indexOf("\n", start);
    const stop = lf === -1 ? source.length : lf;
    const end = stop > start && source.charAt(stop - 1) === "\r" ? stop - 1 : stop;
    const before = rrset.length;
    if (source.charAt(start) === '"') {
      const quoted = readQuotedStrings(source, start, end, out);
      if (quoted !== null) {
        rrset.push(quoted.text);
        for (const offset of quoted.starts) starts.push(offset);
        for (const offset of quoted.ends) ends.push(offset);
      }
    } else if (end > start) {
      rrset.push(source.slice(start, end));
      for (let at = start; at < end; at += 1) {
        starts.push(at);
        ends.push(at + 1);
      }
    }
    if (rrset.length > before) {
      // The LF that joins this record to the next one.
      starts.push(end);
      ends.push(end);
    }
    start = stop + 1;
  }
  return { rrset, starts, ends };
}
