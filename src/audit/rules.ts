/** Every rule, in the order in which its findings are printed: DNS, policy host, MX hosts, comparison with the site. */
import type { Effect, FindingProse } from "./finding.ts";
import type { AnyRule, CodeTable, Found } from "./rule.ts";
import { drift } from "./rules/drift.ts";
import { mxAddresses } from "./rules/mx-addresses.ts";
import { mxHostCertificate } from "./rules/mx-host-certificate.ts";
import { mxHostConnection } from "./rules/mx-host-connection.ts";
import { mxHostDane } from "./rules/mx-host-dane.ts";
import { mxHostStartTls } from "./rules/mx-host-starttls.ts";
import { mxPattern } from "./rules/mx-pattern.ts";
import { mxRecords } from "./rules/mx-records.ts";
import { policyHostCaa } from "./rules/policy-host-caa.ts";
import { policyHostCertificate } from "./rules/policy-host-certificate.ts";
import { policyHostConnection } from "./rules/policy-host-connection.ts";
import { policyHostDns } from "./rules/policy-host-dns.ts";
import { policyHostResponse } from "./rules/policy-host-response.ts";
import { policyText } from "./rules/policy-text.ts";
import { senderQuirk } from "./rules/sender-quirk.ts";
import { stsTxt } from "./rules/sts-txt.ts";
import { tlsRptTxt } from "./rules/tls-rpt-txt.ts";
import type { Severity } from "../diagnostics/severity.ts";

export const rules = [
  mxRecords,
  mxAddresses,
  stsTxt,
  tlsRptTxt,
  policyHostDns,
  policyHostCaa,
  policyHostConnection,
  policyHostCertificate,
  policyHostResponse,
  policyText,
  senderQuirk,
  mxHostConnection,
  mxHostStartTls,
  mxHostCertificate,
  mxHostDane,
  mxPattern,
  drift,
] as const satisfies readonly AnyRule[];

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
