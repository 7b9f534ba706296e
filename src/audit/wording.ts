/** Pieces of sentences that several findings need. */
import { quote } from "../diagnostics/catalogue/quote.ts";

/** Prints a number of things, `1 day` or `3 addresses`; the noun in the singular. */
export function pluralize(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${String(count)} ${noun}${noun.endsWith("s") ? "es" : "s"}`;
}

/** Lists names, and counts those beyond the first few: `a, b, c and 2 more`. */
export function listNames(names: readonly string[], shown = 3): string {
  const first = names.slice(0, shown).join(", ");
  const more = names.length - shown;
  return more > 0 ? `${first} and ${String(more)} more` : first;
}

/** Lists texts that may be hostile, each in quotation marks. */
export function listQuoted(texts: readonly string[], shown = 3): string {
  return listNames(texts.map(quote), shown);
}
