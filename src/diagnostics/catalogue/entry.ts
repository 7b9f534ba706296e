/** One code: what it means for the exit status, where the rule stands, and how it is said. */
import type { Severity } from "../severity.ts";
export interface Entry<A> {
  readonly severity: Severity;
  /** The rule's source, such as `RFC 8461 §3.2`. */
  readonly source?: string;
  /** One line, no full stop at the end: what is wrong, naming the offending value. */
  readonly message: (args: A) => string;
  /** What to do about it, in one line. */
  readonly fix?: (args: A) => string;
}

/** Writes an entry down with its argument type. */
export function entry<A>(value: Entry<A>): Entry<A> {
  return value;
}
