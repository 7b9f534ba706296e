/** Evidence and declaration → findings and the verdict. Pure. */
import type { Subject } from "./declared.ts";
import { explainFinding, rules, type Finding } from "./rules.ts";

/** Whether the domain's mail would survive an enforced policy. */
export type Safe = "yes" | "no" | "unknown";

export interface Judgement {
  readonly domain: string;
  readonly safe: Safe;
  /** Goes on after `safe to enforce: no`: one line, the weightiest reason first. May hold hostile text. */
  readonly reason: string;
  /** In the order of the rules. */
  readonly findings: readonly Finding[];
}

/** Judges one domain by every rule. Never throws, whatever the evidence says. */
export function judge(subject: Subject): Judgement {
  const findings = rules.flatMap((rule) => rule.judge(subject));
  const told = findings.map((found) => ({ found, ...explainFinding(found) }));
  const against = told.filter(({ effect }) => effect === "no");
  const open = told.filter(({ effect }) => effect === "unknown");
  const safe = against.length > 0 ? "no" : open.length > 0 ? "unknown" : "yes";
  const [first, ...rest] = against.length > 0 ? against : open;
  const reason =
    first === undefined
      ? "every MX host would pass"
      : first.message + (rest.length === 0 ? "" : `, and ${String(rest.length)} more`);
  return { domain: subject.domain, safe, reason, findings };
}
