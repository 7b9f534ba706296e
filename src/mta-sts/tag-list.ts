/**
 * The grammar that the `_mta-sts` and the `_smtp._tls` record share: a version, then `name=value`
 * fields parted by semicolons.
 * @see RFC 8461 §3.1, erratum 6285; RFC 8460 §3
 */
import type { VersionFault } from "../diagnostics/catalogue/record.ts";
import type { Problems } from "../diagnostics/problems.ts";
import { fieldNameFault, meantField, trimWsp, type Extension } from "./extension.ts";

export type RecordVersion = "v=STSv1" | "v=TLSRPTv1";

/** One field as it stands in the text. */
export interface Tag {
  readonly name: string;
  /** null: there is no `=`. */
  readonly value: string | null;
  readonly start: number;
  readonly valueStart: number;
}

/**
 * Reads the version, and the fields behind it; empty when the text is no such record at all. Says
 * what is wrong with the version, the semicolons and the spaces; names and values are the caller's.
 */
export function readTags(text: string, version: RecordVersion, out: Problems): Tag[] {
  const begin = readVersion(text, version, out);
  if (begin === null) return [];
  const tags: Tag[] = [];
  for (let start = begin; start < text.length;) {
    const semicolon = text.indexOf(";", start);
    const end = semicolon === -1 ? text.length : semicolon;
    const [from, to] = trimWsp(text, start, end);
    if (from < to) {
      if (semicolon === -1 && to < end) out.add("record/trailing-space", {}, to, end - to);
      tags.push(readTag(text, from, to, out));
    } else if (semicolon !== -1) {
      out.add("record/empty-field", {}, semicolon, 1);
    }
    start = end + 1;
  }
  return tags;
}

function readTag(text: string, start: number, end: number, out: Problems): Tag {
  const all = text.slice(start, end);
  const equals = all.indexOf("=");
  if (equals === -1) return { name: all, value: null, start, valueStart: end };
  const [, nameEnd] = trimWsp(text, start, start + equals);
  const [valueStart] = trimWsp(text, start + equals + 1, end);
  const name = text.slice(start, nameEnd);
  const gap = nameEnd < start + equals || valueStart > start + equals + 1;
  if (gap) out.add("record/space-around-equals", { name }, start + equals, 1);
  return { name, value: text.slice(valueStart, end), start, valueStart };
}

/** Where the fields begin; null when reading on would only produce noise. */
function readVersion(text: string, version: RecordVersion, out: Problems): number | null {
  if (text.startsWith(version)) {
    const [next] = trimWsp(text, version.length, text.length);
    if (next === text.length || text[next] === ";") {
      if (next > version.length && next < text.length) {
        out.add("record/space-after-version", { version }, version.length, next - version.length);
      } else if (next > version.length) {
        out.add("record/trailing-space", {}, version.length, next - version.length);
      }
      return next + 1;
    }
  }
  const fault = versionFault(text, version);
  const semicolon = text.indexOf(";");
  const end = semicolon === -1 ? text.length : semicolon;
  out.add("record/version", { version, found: text.slice(0, end), fault }, 0, end);
  const readable = fault === "leading-space" || fault === "case" || fault === "space-around-equals";
  return readable && semicolon !== -1 ? semicolon + 1 : null;
}

function versionFault(text: string, version: RecordVersion): VersionFault {
  const value = version.slice(2);
  const [start] = trimWsp(text, 0, text.length);
  if (start === text.length) return "empty";
  const begin = text.slice(start, start + 400);
  const first = begin.split(";", 1)[0] ?? "";
  if (start > 0 && startsWithVersion(begin, version)) return "leading-space";
  if (begin.startsWith('"')) return "quoted";
  if (first.trim().toLowerCase() === version.toLowerCase()) return "case";
  const spaced = /^v[ \t]*=[ \t]*([A-Za-z0-9]*)[ \t]*$/i.exec(first);
  if (spaced !== null && spaced[1]?.toLowerCase() === value.toLowerCase()) {
    return "space-around-equals";
  }
  if (begin.startsWith(version) && /^[ \t]*[, \t]/.test(begin.slice(version.length))) {
    return "delimiter";
  }
  if (/^\S{1,255}[ \t].{0,40}\bTXT\b/i.test(begin)) return "zone-line";
  if (begin.slice(1).includes(`${version};`) || begin.endsWith(version)) return "not-first";
  return /^v[ \t]*=[ \t]*(?:STSv|TLSRPTv)/i.test(begin) && begin.startsWith(version.slice(0, 4))
    ? "other-version"
    : /^v[ \t]*=/i.test(begin) && !begin.toLowerCase().startsWith(version.slice(0, 4).toLowerCase())
      ? "other-record"
      : "other-version";
}

function startsWithVersion(text: string, version: RecordVersion): boolean {
  return text.startsWith(version) && /^[ \t]*(?:;|$)/.test(text.slice(version.length));
}

/** What is left after the fields that a record knows: extensions, each checked and commented on. */
export class Extensions {
  readonly list: Extension[] = [];
  readonly #seen: Set<string>;
  readonly #known: readonly string[];
  readonly #out: Problems;

  constructor(known: readonly string[], out: Problems) {
    this.#known = known;
    this.#seen = new Set(["v"]);
    this.#out = out;
  }

  /** Says whether a field of this name came before, with a warning. */
  repeats(tag: Tag): boolean {
    if (this.#seen.has(tag.name)) {
      this.#out.add("record/duplicate-field", { name: tag.name }, tag.start, tag.name.length);
      return true;
    }
    this.#seen.add(tag.name);
    return false;
  }

  /** Takes a field that the record does not know, unless its name is none. */
  take(tag: Tag, value: string): void {
    const { name, start } = tag;
    if (!this.check(tag, value)) return;
    const meant = meantField(name, this.#known);
    if (meant === null) this.#out.add("record/extension", { name }, start, name.length);
    else this.#out.add("record/similar-field", { name, meant }, start, name.length);
    this.list.push({ name, value });
  }

  /** What is ignored must still fit the grammar. */
  check({ name, start, valueStart }: Tag, value: string): boolean {
    const reason = fieldNameFault(name);
    if (reason !== null) {
      this.#out.add("record/field-name", { name, reason }, start, name.length);
      return false;
    }
    if (value === "") {
      this.#out.add("record/field-value", { name, character: null }, start, name.length);
      return false;
    }
    const wrong = /[^\x21-\x3a\x3c\x3e-\x7e]/u.exec(value);
    if (wrong === null) return true;
    const args = { name, character: wrong[0] };
    this.#out.add("record/field-value", args, valueStart + wrong.index, wrong[0].length);
    return false;
  }
}

/** Tells whether a text can be an extension's value in a record. */
export function isTagValue(value: string): boolean {
  return /^[\x21-\x3a\x3c\x3e-\x7e]+$/.test(value);
}
