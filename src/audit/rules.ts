/** Every rule, in the order in which its findings are told: DNS, policy host, MX hosts, the comparison with the site. */
import type { Severity } from "../diagnostics/diagnostic.ts";
import type { Effect, FindingProse } from "./finding.ts";
import type { AnyRule, CodeTable, Found } from "./rule.ts";
import { mxRecords } from "./rules/mx-records.ts";

export const rules = [mxRecords] as const satisfies readonly AnyRule[];

type FoundOf<T> = T extends CodeTable ? Found<T> : never;

/** A finding of any rule. */
export type Finding = FoundOf<(typeof rules)[number]["codes"]>;
export type FindingCode = Finding["code"];

/** Every code with its prose. */
export const findingTable: Readonly<Record<string, FindingProse<never>>> = Object.assign(
  {},
  ...rules.map((rule) => rule.codes),
) as Readonly<Record<string, FindingProse<never>>>;

/** Severity, effect, message, fix and source of one finding. The texts may hold hostile arguments: printers escape them. */
export function explainFinding(found: Finding): {
  readonly severity: Severity;
  readonly effect: Effect;
  readonly message: string;
  readonly fix: string | null;
  readonly source: string | null;
} {
  const entry = findingTable[found.code];
  if (entry === undefined) throw new Error(`there is no finding ${found.code}`);
  const args = found.args as never;
  return {
    severity: entry.severity,
    effect: entry.effect,
    message: entry.message(args),
    fix: entry.fix?.(args) ?? null,
    source: entry.source ?? null,
  };
}
