/**
 * Every diagnostic code, with its severity, its source and its prose. The only place where messages
 * are worded; docs/diagnostics.md is made from it. One file per subject, merged here.
 */
import { auditCodes } from "./catalogue/audit.ts";
import { configCodes } from "./catalogue/config.ts";
import { evidenceCodes } from "./catalogue/evidence.ts";
import { fileCodes } from "./catalogue/file.ts";
import { lockCodes } from "./catalogue/lock.ts";
import { nameCodes } from "./catalogue/name.ts";
import { policyCodes } from "./catalogue/policy.ts";
import { recordCodes } from "./catalogue/record.ts";
import { reportStoreCodes } from "./catalogue/report-store.ts";
import { siteFolderCodes } from "./catalogue/site-folder.ts";
import { targetCodes } from "./catalogue/target.ts";
import { tlsRptCodes } from "./catalogue/tls-rpt.ts";
import { usageCodes } from "./catalogue/usage.ts";
import type { Severity } from "./severity.ts";

export const catalogue = {
  ...siteFolderCodes,
  ...fileCodes,
  ...nameCodes,
  ...policyCodes,
  ...recordCodes,
  ...tlsRptCodes,
  ...configCodes,
  ...lockCodes,
  ...evidenceCodes,
  ...targetCodes,
  ...auditCodes,
  ...reportStoreCodes,
  ...usageCodes,
} as const;

export type DiagnosticCode = keyof typeof catalogue;

/** The arguments that a code's message is made from. */
export type CodeArgs<C extends DiagnosticCode> = Parameters<(typeof catalogue)[C]["message"]>[0];

interface Prose {
  readonly severity: Severity;
  readonly source?: string;
  readonly message: (args: never) => string;
  readonly fix?: (args: never) => string;
}

/** The severity of a code. */
export function severityOf(code: DiagnosticCode): Severity {
  return catalogue[code].severity;
}

/** The severity, message, fix and source of one occurrence. Arguments may be hostile text: printers escape it. */
export function explain(found: { readonly code: DiagnosticCode; readonly args: unknown }): {
  severity: Severity;
  message: string;
  fix: string | null;
  source: string | null;
} {
  const prose: Prose = catalogue[found.code];
  const args = found.args as never;
  return {
    severity: prose.severity,
    message: prose.message(args),
    fix: prose.fix?.(args) ?? null,
    source: prose.source ?? null,
  };
}
