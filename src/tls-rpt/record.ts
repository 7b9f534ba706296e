/** The `_smtp._tls` TXT record (RFC 8460 §3). */
import type { Parsed } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import { trimWsp, type Extension } from "../mta-sts/extension.ts";
import { formatExtension } from "../mta-sts/record.ts";
import { Extensions, readTags } from "../mta-sts/tag-list.ts";
import { selectRecord } from "../mta-sts/txt-rrset.ts";
import { readRua } from "./rua.ts";

const version = "v=TLSRPTv1";

/** An `_smtp._tls` record. */
export interface TlsRptRecord {
  /** Where reports go: `mailto:` and `https:` URIs, at least one, scheme and host in lower case. */
  readonly rua: readonly string[];
  /** Fields that RFC 8460 leaves to extensions, in order; never published by stspress itself. */
  readonly extensions: readonly Extension[];
}

/**
 * Reads the text of one `_smtp._tls` TXT record, its strings already joined. What the RFC leaves
 * open is a warning: a repeated `rua` (the first counts), a field without `=`, a space at the end or
 * before the version's semicolon, an `http:` URI. Offsets count UTF-16 code units. Never throws;
 * time is linear.
 * @see RFC 8460 §3
 */
export function parseTlsRptRecord(text: string): Parsed<TlsRptRecord> {
  const out = new Problems();
  const extensions = new Extensions(["rua"], out);
  let rua: string[] | null = null;
  const tags = readTags(text, version, out);
  for (const tag of tags) {
    const { name, value, start, valueStart } = tag;
    if (value === null) {
      if (/^(?:mailto|https?):/i.test(name)) {
        out.add("tls-rpt/semicolon-separator", { uri: name }, start, name.length);
      } else {
        out.add("tls-rpt/field-without-value", { field: name }, start, name.length);
      }
    } else if (/^(?:mailto|https?):/i.test(name)) {
      const uri = `${name}=${value}`;
      out.add("tls-rpt/semicolon-separator", { uri }, start, uri.length);
    } else if (name === "rua") {
      const uris = readUris(text, valueStart, valueStart + value.length, out);
      if (!extensions.repeats(tag)) rua = uris;
    } else if (extensions.repeats(tag)) {
      extensions.check(tag, value);
    } else {
      extensions.take(tag, value);
    }
  }
  if (rua === null && (tags.length > 0 || !out.failed)) {
    out.add("tls-rpt/missing-rua", {}, text.length, 0);
  }
  return out.answer(rua === null ? null : { rua, extensions: extensions.list });
}

function readUris(text: string, start: number, end: number, out: Problems): string[] {
  const uris: string[] = [];
  for (let at = start; at <= end;) {
    const comma = text.indexOf(",", at);
    const stop = comma === -1 || comma > end ? end : comma;
    const [from, to] = trimWsp(text, at, stop);
    if (from === to) {
      out.add("tls-rpt/empty-uri", {}, Math.max(start - 1, at - 1), 1);
    } else {
      uris.push(readRua(text.slice(from, to), from, out, "tls-rpt/rua-http"));
    }
    at = stop + 1;
  }
  return uris;
}

/**
 * Prints an `_smtp._tls` record, such as `v=TLSRPTv1; rua=mailto:a@example.com,https://b.example/`.
 * `parseTlsRptRecord` of it gives the record again.
 * @throws RangeError where there is no URI, or a value cannot stand in the record.
 * @see RFC 8460 §3
 */
export function formatTlsRptRecord({ rua, extensions }: TlsRptRecord): string {
  if (rua.length === 0) throw new RangeError("an _smtp._tls record needs a report URI");
  for (const uri of rua) {
    if (!/^[\x22-\x2b\x2d-\x3a\x3c-\x7e]+$/.test(uri)) {
      throw new RangeError("this report URI cannot stand in an _smtp._tls record");
    }
  }
  return [version, `rua=${rua.join(",")}`, ...extensions.map(formatExtension)].join("; ");
}

/**
 * Reads all TXT records at `_smtp._tls.<domain>` as a sender does: discards what does not begin with
 * `v=TLSRPTv1;`, then exactly one must be left. Each text is one record, its strings joined. Offsets
 * count in the texts joined by one LF.
 * @see RFC 8460 §3
 */
export function selectTlsRptRecord(rrset: readonly string[]): Parsed<TlsRptRecord> {
  return selectRecord(rrset, "_smtp._tls", version, parseTlsRptRecord);
}
