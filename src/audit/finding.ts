/**
 * What a rule concludes from evidence. Each rule file words its own codes; rules.ts joins their tables, and
 * docs/findings.md is made from them.
 */
import type { Severity } from "../diagnostics/severity.ts";

/** What a finding means for enforcing: not safe, unknown, or nothing. */
export type Effect = "no" | "unknown" | "none";

/** The wording of one code. Arguments may be hostile text: printers escape it. */
export interface FindingProse<A> {
  readonly severity: Severity;
  /** Whether it is safe to enforce the policy (or to keep it enforced) while this is so. */
  readonly effect: Effect;
  /** The section that requires it, such as `RFC 8461 §3.3`. */
  readonly source?: string;
  /** Why the rule exists, in a sentence or two, for the documentation. */
  readonly reason: string;
  /** Arguments of the documentation's example. */
  readonly example: A;
  /** What is wrong, in one line without a full stop. */
  readonly message: (args: A) => string;
  /** What to do, in one line. */
  readonly fix?: (args: A) => string;
}

/** Declares a code: `prose<{ host: string }>({ … })`. */
export function prose<A>(entry: FindingProse<A>): FindingProse<A> {
  return entry;
}

/** Where a finding was made. */
export type FindingPlace =
  | { readonly kind: "domain" }
  | { readonly kind: "dns"; readonly name: string }
  | { readonly kind: "policy-host"; readonly host: string; readonly address: string | null }
  | { readonly kind: "mx"; readonly host: string; readonly address: string | null };

/** A finding before its code is checked against the table: what a rule gives. */
export interface RawFinding<C extends string, A> {
  readonly code: C;
  readonly args: A;
  readonly where: FindingPlace;
}
