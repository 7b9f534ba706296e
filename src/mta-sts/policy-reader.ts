import { problem, type Problem } from "../diagnostics/diagnostic.ts";
import type { Problems } from "../diagnostics/problems.ts";
import { fieldNameFault, meantField, trimWsp, type Extension } from "./extension.ts";
import { isShortLived, readMaxAge } from "./max-age.ts";
import { readMxPattern } from "./mx-pattern.ts";
import { modes, wrongInExtensionValue, type Mode, type Policy } from "./policy-grammar.ts";
import { linesOf, type Line } from "./policy-lines.ts";

const knownFields = ["version", "mode", "max_age", "mx"] as const;

/** What people call a mode in drafts of the RFC, or in other protocols. */
const otherModes: Readonly<Record<string, Mode>> = {
  report: "testing",
  test: "testing",
  enforced: "enforce",
  off: "none",
};

/**
 * Reads a policy that may begin with a byte order mark, which the caller has reported; null when its
 * mode or max_age is unknown. Every problem goes to `out`.
 */
export function readPolicy(text: string, out: Problems): Policy | null {
  return new PolicyReader(text, out).read();
}

/** A field's name or value, and where it stands. */
interface Part {
  readonly text: string;
  readonly start: number;
}

class PolicyReader {
  readonly #text: string;
  readonly #out: Problems;
  readonly #begin: number;
  readonly #seen = new Set<string>();
  readonly #mx: string[] = [];
  readonly #patterns = new Set<string>();
  readonly #extensions: Extension[] = [];
  #mode: Mode | null = null;
  #maxAgeSeconds: number | null = null;
  #maxAge: Part = { text: "", start: 0 };
  /** The end of the last line that is not blank. */
  #end = 0;

  constructor(text: string, out: Problems) {
    this.#text = text;
    this.#out = out;
    this.#begin = text.startsWith("\ufeff") ? 1 : 0;
  }

  read(): Policy | null {
    if (!this.#looksLikePolicy()) return null;
    const bareCr = { count: 0, offset: 0 };
    for (const line of linesOf(this.#text, this.#begin)) {
      if (line.bareCr) {
        if (bareCr.count === 0) bareCr.offset = line.end;
        bareCr.count += 1;
      }
      this.#readLine(line);
    }
    if (bareCr.count > 0)
      this.#out.add("policy/bare-cr", { count: bareCr.count }, bareCr.offset, 1);
    this.#checkRequired();
    if (this.#mode === null || this.#maxAgeSeconds === null) return null;
    const policy = {
      mode: this.#mode,
      mx: this.#mx,
      maxAgeSeconds: this.#maxAgeSeconds,
      extensions: this.#extensions,
    };
    if (isShortLived(policy)) {
      const { text, start } = this.#maxAge;
      this.#out.add("policy/max-age-short", { found: policy.maxAgeSeconds }, start, text.length);
    }
    return policy;
  }

  /** A whole text of another kind gets one problem, not one per line. */
  #looksLikePolicy(): boolean {
    const first = /[^\s]/g;
    first.lastIndex = this.#begin;
    const at = first.exec(this.#text)?.index;
    if (at === undefined) {
      this.#out.add("policy/empty", {}, 0, 0);
      return false;
    }
    const what = kindOfText(this.#text.slice(at, at + 20));
    if (what === null) return true;
    this.#out.add("policy/not-a-policy", { what }, at, 1);
    return false;
  }

  #readLine(line: Line): void {
    const [start, end] = trimWsp(this.#text, line.start, line.end);
    if (start === end) {
      this.#out.add("policy/blank-line", {}, line.start, line.end - line.start);
      return;
    }
    this.#end = end;
    const all = this.#text.slice(start, end);
    if (start > line.start) {
      this.#out.add("policy/leading-space", { line: all }, line.start, start - line.start);
    }
    const colon = all.indexOf(":");
    if (colon === -1) {
      this.#out.add("policy/no-colon", { line: all }, start, all.length);
      return;
    }
    const [, nameEnd] = trimWsp(this.#text, start, start + colon);
    const name = this.#text.slice(start, nameEnd);
    const [valueStart] = trimWsp(this.#text, start + colon + 1, end);
    if (nameEnd < start + colon && name !== "") {
      this.#out.add("policy/space-before-colon", { name }, nameEnd, start + colon - nameEnd);
    }
    this.#readField(
      { text: name, start },
      { text: this.#text.slice(valueStart, end), start: valueStart },
    );
  }

  #readField(name: Part, value: Part): void {
    const reason = fieldNameFault(name.text);
    const field = name.text;
    if (reason !== null) {
      this.#out.add("policy/field-name", { name: field, reason }, name.start, field.length);
      return;
    }
    const first = this.#seen.size === 0;
    const again = this.#seen.has(field);
    this.#seen.add(field);
    if (value.text === "") {
      this.#out.add("policy/empty-value", { field }, name.start, field.length);
      return;
    }
    if (again && field !== "mx") {
      this.#out.add("policy/duplicate-field", { field }, name.start, field.length);
      // What is ignored must still fit the grammar of an extension.
      this.#checkExtensionValue(name, value);
      return;
    }
    switch (field) {
      case "version":
        if (!first) this.#out.add("policy/version-not-first", {}, name.start, field.length);
        this.#readVersion(value);
        break;
      case "mode":
        this.#readMode(value);
        break;
      case "max_age":
        this.#maxAgeSeconds = readMaxAge(value.text, value.start, this.#out);
        this.#maxAge = value;
        break;
      case "mx":
        this.#readMx(value);
        break;
      default:
        this.#readExtension(name, value);
    }
  }

  #readVersion({ text, start }: Part): void {
    if (text !== "STSv1") this.#out.add("policy/version", { found: text }, start, text.length);
  }

  #readMode({ text, start }: Part): void {
    const mode = modes.find((known) => known === text);
    if (mode !== undefined) {
      this.#mode = mode;
      return;
    }
    const lower = text.length > 20 ? text : text.toLowerCase();
    const meant = Object.hasOwn(otherModes, lower)
      ? (otherModes[lower] ?? null)
      : meantField(text, modes);
    this.#out.add("policy/mode", { found: text, meant }, start, text.length);
  }

  #readMx({ text, start }: Part): void {
    const { pattern, faults } = readMxPattern(text, start);
    for (const fault of faults) this.#out.push(tolerated(fault, text, start) ?? fault);
    if (this.#patterns.has(pattern.text)) {
      this.#out.add("policy/duplicate-mx", { pattern: pattern.text }, start, text.length);
    }
    this.#patterns.add(pattern.text);
    this.#mx.push(pattern.text);
  }

  #readExtension(name: Part, value: Part): void {
    const field = name.text;
    const meant = meantField(field, knownFields);
    const span = [name.start, field.length] as const;
    if (meant === null) this.#out.add("policy/extension", { name: field }, ...span);
    else this.#out.add("policy/similar-field", { name: field, meant }, ...span);
    this.#checkExtensionValue(name, value);
    this.#extensions.push({ name: field, value: value.text });
  }

  #checkExtensionValue(name: Part, value: Part): void {
    const wrong = wrongInExtensionValue(value.text);
    if (wrong === null) return;
    const args = { name: name.text, character: wrong.character };
    this.#out.add("policy/extension-value", args, value.start + wrong.index, 1);
  }

  #checkRequired(): void {
    for (const field of ["version", "mode", "max_age"] as const) {
      if (!this.#seen.has(field)) this.#out.add("policy/missing-field", { field }, this.#end, 0);
    }
    if (this.#mode !== null && this.#mode !== "none" && !this.#seen.has("mx")) {
      this.#out.add("policy/missing-mx", { mode: this.#mode }, this.#end, 0);
    }
  }
}

function kindOfText(begin: string): string | null {
  if (begin.startsWith("<")) return "HTML or XML";
  if (begin.startsWith("{")) return "JSON";
  if (begin.startsWith('"')) return "a list of quoted strings";
  if (/^v[ \t]*=[ \t]*STSv1/i.test(begin)) return "the text of the DNS record";
  return null;
}

/**
 * The warning in place of a pattern's fault that the grammar's `Domain` lets pass, or null. Such a
 * pattern is wrong to publish, but does not void the policy that somebody else published.
 * Deviates: a trailing dot is outside the grammar, and half of the senders take it.
 */
function tolerated(fault: Problem, pattern: string, offset: number): Problem | null {
  const { offset: at, length } = fault;
  switch (fault.code) {
    case "name/trailing-dot":
      return problem("policy/mx-trailing-dot", { pattern, fixed: fault.args.fixed }, at, length);
    case "name/single-label":
      return problem("policy/mx-single-label", { pattern }, offset, pattern.length);
    case "mx/wildcard-tld":
      return problem("policy/mx-wildcard-tld", { pattern }, offset, pattern.length);
    case "name/ip-address":
      // Digits and dots are a Domain; brackets and colons are not.
      return /^(?:\*\.)?[0-9.]*[0-9]$/.test(pattern)
        ? problem("policy/mx-unmatchable", { pattern, reason: "ip-address" }, at, length)
        : null;
    case "name/numeric-tld":
      return problem("policy/mx-unmatchable", { pattern, reason: "numeric-tld" }, at, length);
    case "name/label-too-long":
      return problem("policy/mx-unmatchable", { pattern, reason: "label-too-long" }, at, length);
    case "name/a-label":
      return problem("policy/mx-unmatchable", { pattern, reason: "a-label" }, at, length);
    default:
      return null;
  }
}
