/**
 * What a rule concludes from evidence. Each rule file words its own codes; the table in rules.ts joins
 * them, and docs/findings.md is made from it.
 */
import type { Severity } from "../diagnostics/severity.ts";

/** What a finding says of enforcing: it keeps from it, it leaves it open, or it does not touch it. */
export type Effect = "no" | "unknown" | "none";

/** What is said about one code. Arguments may be hostile text: printers escape it. */
export interface FindingProse<A> {
  readonly severity: Severity;
  /** Whether the policy may be enforced (or the enforced one kept) as long as this is so. */
  readonly effect: Effect;
  /** The section that demands it, such as `RFC 8461 §3.3`. */
  readonly source?: string;
  /** Why the rule is there, in a sentence or two, for the documentation. */
  readonly reason: string;
  /** Arguments of the documentation's example. */
  readonly example: A;
  /** What is so, in one line without a full stop: the cause. */
  readonly message: (args: A) => string;
  /** What to do, in one line. */
  readonly fix?: (args: A) => string;
}

/** Declares a code: `prose<{ host: string }>({ … })`. */
export function prose<A>(entry: FindingProse<A>): FindingProse<A> {
  return entry;
}

/** Where a finding was made. */
export type Where =
  | { readonly kind: "domain" }
  | { readonly kind: "dns"; readonly name: string }
  | { readonly kind: "policy-host"; readonly host: string; readonly address: string | null }
  | { readonly kind: "mx"; readonly host: string; readonly address: string | null };

/** A finding before its code is checked against the table: what a rule gives. */
export interface RawFinding<C extends string, A> {
  readonly code: C;
  readonly args: A;
  readonly where: Where;
}
