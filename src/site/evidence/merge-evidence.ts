/** Two sides of a merge of the evidence: a *no* wins over a *yes*, and what is less sure over what is more. */
import type {
  AuditOutcome,
  AuditSummary,
  EvidenceSummary,
  ReportsOutcome,
  ReportsSummary,
  StandingNo,
} from "./site-evidence.ts";

const worstAudit: readonly AuditOutcome[] = ["no", "unknown", "unmeasured", "yes"];
const worstReports: readonly ReportsOutcome[] = ["failing", "not-enough", "enough"];

/** Unites two summaries of one domain, whichever is given first. */
export function mergeEvidence(a: EvidenceSummary, b: EvidenceSummary): EvidenceSummary {
  return { audit: mergeAudit(a.audit, b.audit), reports: mergeReports(a.reports, b.reports) };
}

function mergeAudit(a: AuditSummary | null, b: AuditSummary | null): AuditSummary | null {
  if (a === null || b === null) return a ?? b;
  const no = latestNo(a, b);
  const firstYes = latest(a.firstYes, b.firstYes);
  return {
    ...worstOf(worstAudit, a, b),
    at: Math.max(a.at, b.at),
    since: Math.max(a.since, b.since),
    no,
    lastYes: latest(a.lastYes, b.lastYes),
    // A stretch that one side knows to be broken is broken.
    firstYes: no !== null && firstYes !== null && firstYes <= no.at ? null : firstYes,
    mx: latestMx(a.mx, b.mx),
  };
}

/** A side that refuted it may not be the later one, so it stands. */
function latestNo({ no: a }: AuditSummary, { no: b }: AuditSummary): StandingNo | null {
  if (a === null || b === null) return a ?? b;
  return { ...(a.at >= b.at ? a : b), isFromPort25: a.isFromPort25 || b.isFromPort25 };
}

function mergeReports(a: ReportsSummary | null, b: ReportsSummary | null): ReportsSummary | null {
  if (a === null || b === null) return a ?? b;
  const at = Math.max(a.at, b.at);
  return { ...worstOf(worstReports, a, b), at, since: Math.max(a.since, b.since) };
}

function worstOf<K, T extends { readonly outcome: K; readonly at: number }>(
  order: readonly K[],
  a: T,
  b: T,
): T {
  const difference = order.indexOf(a.outcome) - order.indexOf(b.outcome);
  if (difference !== 0) return difference < 0 ? a : b;
  return a.at >= b.at ? a : b;
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

/** Hosts that either side saw are hosts that senders may still try. */
function latestMx(a: AuditSummary["mx"], b: AuditSummary["mx"]): AuditSummary["mx"] {
  if (a === null || b === null) return a ?? b;
  const hosts = [...new Set([...a.hosts, ...b.hosts])].sort();
  return { hosts, at: Math.max(a.at, b.at) };
}
