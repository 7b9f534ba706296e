import type { Parsed, Problem } from "../diagnostics/diagnostic.ts";
import { Problems } from "../diagnostics/problems.ts";
import type { RecordVersion } from "./tag-list.ts";

/**
 * Joins the character-strings of one TXT record, without anything between them.
 * @see RFC 8461 §3.1 and RFC 7208 §3.3
 */
export function joinStrings(strings: readonly string[]): string {
  return strings.join("");
}

/**
 * Picks the one record that senders read from all TXT records of a name: those that do not begin
 * with the version and a semicolon are discarded (a warning each), and then exactly one must be left
 * (`record/none`, `record/several`). Offsets count in the records joined by one LF.
 * @see RFC 8461 §3.1 and RFC 8460 §3
 */
export function selectRecord<T>(
  rrset: readonly string[],
  owner: "_mta-sts" | "_smtp._tls",
  version: RecordVersion,
  parse: (text: string) => Parsed<T>,
): Parsed<T> {
  const out = new Problems();
  const chosen: { readonly text: string; readonly offset: number }[] = [];
  let offset = 0;
  for (const text of rrset) {
    if (text.startsWith(`${version};`)) {
      chosen.push({ text, offset });
    } else {
      const similar = /^\s{0,9}v\s{0,9}=\s{0,9}(?:STSv|TLSRPTv)/i.test(text);
      out.add("record/discarded", { version, text, similar }, offset, text.length);
    }
    offset += text.length + 1;
  }
  const [first, second] = chosen;
  if (first === undefined) {
    out.add("record/none", { owner, version, discarded: rrset.length }, 0, 0);
    return out.answer<T>(null);
  }
  if (second !== undefined) {
    const args = { owner, version, count: chosen.length };
    out.add("record/several", args, second.offset, second.text.length);
    return out.answer<T>(null);
  }
  const parsed = parse(first.text);
  for (const found of parsed.ok ? parsed.warnings : parsed.problems) {
    out.push(shifted(found, first.offset));
  }
  return out.answer(parsed.ok ? parsed.value : null);
}

function shifted(found: Problem, by: number): Problem {
  return { ...found, offset: found.offset + by };
}
