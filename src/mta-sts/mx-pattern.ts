import { problem, type Parsed, type Problem } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import { toALabels } from "../names/a-label.ts";
import { maxNameLength, readHostName } from "../names/host-name.ts";

/** One `mx` value of a policy. */
export interface MxPattern {
  /** As published: lower-case A-labels, without a trailing dot, `*.` in front of a wildcard. */
  readonly text: string;
  readonly wildcard: boolean;
  /** The host name, or for a wildcard what follows `*.`. */
  readonly host: string;
}

/**
 * Reads an `mx` pattern as strictly as one should be published: upper case is lowered, and
 * everything that some sender would refuse or no MX could match is an `mx/…` or a `name/…` error.
 * @see RFC 8461 §3.2 and §4.1
 */
export function parseMxPattern(text: string): Parsed<MxPattern> {
  const { pattern, faults } = readMxPattern(text, 0);
  const out = new Problems();
  for (const fault of faults) out.push(fault);
  return out.answer(pattern);
}

/** Reads a pattern that stands at an offset; with faults, the pattern is the nearest thing to one. */
export function readMxPattern(
  text: string,
  offset: number,
): { readonly pattern: MxPattern; readonly faults: readonly Problem[] } {
  const wrong = patternFault(text, offset);
  if (wrong !== null) {
    return { pattern: { text, wildcard: false, host: text }, faults: [wrong] };
  }
  const wildcard = text.startsWith("*.");
  const skipped = wildcard ? 2 : 0;
  const { ascii, faults } = readHostName(text.slice(skipped), offset + skipped, false);
  const pattern = { text: wildcard ? `*.${ascii}` : ascii, wildcard, host: ascii };
  if (!wildcard) return { pattern, faults };
  const adapted = faults.map((fault) => asWildcard(fault, text, offset));
  // The name that a wildcard stands for is at least one octet and a dot longer.
  if (faults.length === 0 && ascii.length > maxNameLength - 2) {
    const args = { name: pattern.text, octets: pattern.text.length };
    adapted.push(problem("name/too-long", args, offset, text.length));
  }
  return { pattern, faults: adapted };
}

/** A host name's fault in terms of the whole pattern, so that what the fix says can be copied. */
function asWildcard(fault: Problem, pattern: string, offset: number): Problem {
  const { offset: at, length } = fault;
  switch (fault.code) {
    case "name/single-label":
      return problem("mx/wildcard-tld", { pattern }, offset, pattern.length);
    case "name/port":
      return problem(fault.code, { name: pattern, host: `*.${fault.args.host}` }, at, length);
    case "name/trailing-dot":
      return problem(fault.code, { name: pattern, fixed: `*.${fault.args.fixed}` }, at, length);
    case "name/non-ascii": {
      const { ascii } = fault.args;
      const args = { name: pattern, ascii: ascii === null ? null : `*.${ascii}` };
      return problem(fault.code, args, at, length);
    }
    default:
      return fault;
  }
}

/** What can be wrong with a pattern and not with a host name. */
function patternFault(text: string, offset: number): Problem | null {
  const all = [offset, text.length] as const;
  if (text.trim() === "") return problem("mx/empty", {}, ...all);
  if (text === "*" || text === "*.") return problem("mx/wildcard-alone", { pattern: text }, ...all);
  if (text.startsWith(".") && text.length > 1) {
    return problem("mx/leading-dot", { pattern: text }, offset, 1);
  }
  const preference = /^[0-9]{1,5}[ \t]{1,80}(?=[^\s])/.exec(text);
  if (preference !== null) {
    const host = text.slice(preference[0].length);
    return problem("mx/preference", { pattern: text, host }, offset, preference[0].length);
  }
  const star = text.indexOf("*", text.startsWith("*.") ? 1 : 0);
  // In a URL, a list or an address the star is the lesser fault.
  if (star === -1 || /[\s,;@/:]/.test(text)) return null;
  const start = text.lastIndexOf(".", star) + 1;
  const dot = text.indexOf(".", star);
  const end = dot === -1 ? text.length : dot;
  const label = text.slice(start, end);
  const span = [offset + star, 1] as const;
  if (label !== "*") return problem("mx/wildcard-partial", { pattern: text, label }, ...span);
  return text.startsWith("*.")
    ? problem("mx/wildcard-several", { pattern: text }, ...span)
    : problem("mx/wildcard-not-first", { pattern: text }, ...span);
}

/** Compares like DNS: case, a trailing dot and U-labels make no difference. "" for what is no name. */
function comparable(name: string): string {
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  // eslint-disable-next-line no-control-regex -- everything outside ASCII
  if (!/[^\x00-\x7f]/.test(bare)) return bare.toLowerCase();
  return toALabels(bare) ?? "";
}

function split(pattern: string): { readonly wildcard: boolean; readonly host: string } {
  const wildcard = pattern.startsWith("*.");
  return { wildcard, host: comparable(wildcard ? pattern.slice(2) : pattern) };
}

/**
 * Tells whether a policy's pattern allows the host name of an MX record. The `*` of a wildcard is
 * exactly one leftmost label; case and the host's trailing dot make no difference.
 * @see RFC 8461 §4.1
 */
export function mxMatches(pattern: string, host: string): boolean {
  const { wildcard, host: base } = split(pattern);
  const name = comparable(host);
  if (base === "" || name === "") return false;
  if (!wildcard) return name === base;
  const dot = name.indexOf(".");
  return dot > 0 && name.slice(dot + 1) === base;
}

/** Tells whether there is a host name that both patterns allow. */
export function patternsOverlap(a: string, b: string): boolean {
  const [first, second] = [split(a), split(b)];
  if (first.wildcard && second.wildcard) return first.host !== "" && first.host === second.host;
  return first.wildcard ? mxMatches(a, b) : mxMatches(b, a);
}

/** Tells whether `a` allows every host name that `b` allows. */
export function patternCovers(a: string, b: string): boolean {
  const [first, second] = [split(a), split(b)];
  if (!second.wildcard) return mxMatches(a, b);
  return first.wildcard && first.host !== "" && first.host === second.host;
}
