import type { Problems } from "../diagnostics/problems.ts";

/** A text that was written as quoted strings, and where in the source each of its code units stands. */
export interface QuotedText {
  readonly text: string;
  /** One offset per code unit of `text`: where it begins, and where it ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/**
 * Joins character-strings as zone files and `dig` write them: `"v=STSv1; " "id=1"`, with `\"`, `\\`
 * and `\DDD`. Reads from `start` to `end`; null, with a `record/strings` problem, where they cannot
 * be read.
 * @see RFC 1035 §5.1
 */
export function readQuotedStrings(
  source: string,
  start: number,
  end: number,
  out: Problems,
): QuotedText | null {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let inside = false;
  for (let at = start; at < end; at += 1) {
    const unit = source.charAt(at);
    if (unit === '"') {
      inside = !inside;
    } else if (!inside) {
      if (unit === " " || unit === "\t") continue;
      out.add("record/strings", { detail: "there is text outside the quotation marks" }, at, 1);
      return null;
    } else if (unit === "\\") {
      const digits = /^[0-9]{3}/.exec(source.slice(at + 1, Math.min(at + 4, end)))?.[0];
      if (at + 1 >= end || (digits !== undefined && Number(digits) > 255)) {
        out.add("record/strings", { detail: "a backslash escapes nothing" }, at, 1);
        return null;
      }
      starts.push(at);
      parts.push(
        digits === undefined ? source.charAt(at + 1) : String.fromCharCode(Number(digits)),
      );
      at += digits === undefined ? 1 : 3;
      ends.push(at + 1);
    } else {
      starts.push(at);
      ends.push(at + 1);
      parts.push(unit);
    }
  }
  if (inside) {
    out.add("record/strings", { detail: "a quotation mark is missing" }, end - 1, 1);
    return null;
  }
  return { text: parts.join(""), starts, ends };
}
