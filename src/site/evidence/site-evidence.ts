/**
 * What audits and reports said of each domain: as much as a decision needs. It is committed beside the lock, because in CI
 * nothing else survives a run. What is not there is unknown, which is never good news.
 */
import type { UnixSeconds } from "../stamp.ts";

/** The outcome of an audit. `unmeasured`: all is well but for port 25, which cannot be reached from where the audit ran. */
export type AuditOutcome = "yes" | "no" | "unknown" | "unmeasured";

/** A look that said no, and that no later one has refuted. */
export interface StandingNo {
  readonly at: UnixSeconds;
  /** What was found, in one line; printable, at most {@link maxReason} characters. */
  readonly reason: string;
  /** It rests on what a connection to port 25 showed: who cannot measure that cannot refute it. */
  readonly isFromPort25: boolean;
}

/** What the audits of a domain said. Times are those of looks that were written. */
export interface AuditSummary {
  readonly outcome: AuditOutcome;
  /** The last look. */
  readonly at: UnixSeconds;
  /** From when every look had this outcome, with no gap over {@link maxGapSeconds}. */
  readonly since: UnixSeconds;
  /** null: none did, or a later look refuted it. */
  readonly no: StandingNo | null;
  /** The last look that said yes; null: none did. */
  readonly lastYes: UnixSeconds | null;
  /** The first look that said yes since the last no, and since the last gap between two of them; null: none did. */
  readonly firstYes: UnixSeconds | null;
  /** Why it is unknown, as {@link StandingNo.reason}; null: it is not. */
  readonly reason: string | null;
  /** The hosts of the MX records, sorted; null: the lookup had no answer. */
  readonly mx: { readonly hosts: readonly string[]; readonly at: UnixSeconds } | null;
}

/** What the reports by those who are trusted prove. `failing`: the failure rate is surely too high. */
export type ReportsOutcome = "enough" | "failing" | "not-enough";

/** What the reports about a domain said. */
export interface ReportsSummary {
  readonly outcome: ReportsOutcome;
  readonly at: UnixSeconds;
  /** From when it was this outcome. */
  readonly since: UnixSeconds;
  readonly sessions: number;
  readonly failures: number;
}

/** What is known of one domain. */
export interface EvidenceSummary {
  /** null: no audit was recorded. */
  readonly audit: AuditSummary | null;
  /** null: no verdict on reports was recorded. */
  readonly reports: ReportsSummary | null;
}

/** By domain. */
export type SiteEvidence = ReadonlyMap<string, EvidenceSummary>;

export const nothingKnown: EvidenceSummary = { audit: null, reports: null };

const day = 86_400;

/** Looks that are further apart are no unbroken stretch. */
const maxGapSeconds = 3 * day;

/**
 * An outcome that is still the same is written again when it is this old: a nightly run then changes each line every
 * other night, and two missed nights are no gap.
 */
export const rewriteSeconds = 1.5 * day;

export const maxReason = 200;

/** What one audit saw. */
export interface AuditSighting {
  readonly outcome: AuditOutcome;
  readonly reason: string;
  /** Whether a *no* rests on what a connection to port 25 showed. */
  readonly isFromPort25: boolean;
  /** null: the lookup had no answer. */
  readonly mxHosts: readonly string[] | null;
}

/** Adds what an audit saw. Gives the same object where nothing is worth a changed line. */
export function withAudit(
  known: EvidenceSummary,
  seen: AuditSighting,
  now: UnixSeconds,
): EvidenceSummary {
  const before = known.audit === null ? null : notAfter(known.audit, now);
  const hosts = seen.mxHosts === null ? null : [...new Set(seen.mxHosts)].sort();
  if (before !== null && before.at === known.audit?.at && !isNews(before, seen, hosts, now)) {
    return known;
  }
  const reason = [...seen.reason].slice(0, maxReason).join("");
  const isStretch =
    before !== null && before.outcome === seen.outcome && now - before.at <= maxGapSeconds;
  const audit: AuditSummary = {
    outcome: seen.outcome,
    at: now,
    since: isStretch ? before.since : now,
    no:
      seen.outcome === "no"
        ? { at: now, reason, isFromPort25: seen.isFromPort25 }
        : standingNo(before?.no ?? null, seen.outcome),
    lastYes: seen.outcome === "yes" ? now : (before?.lastYes ?? null),
    firstYes: firstYes(before, seen.outcome, now),
    reason: seen.outcome === "yes" || seen.outcome === "no" ? null : reason,
    mx: hosts === null ? (before?.mx ?? null) : { hosts, at: now },
  };
  return { ...known, audit };
}

function isNews(
  before: AuditSummary,
  seen: AuditSighting,
  hosts: readonly string[] | null,
  now: UnixSeconds,
): boolean {
  if (before.outcome !== seen.outcome || now - before.at >= rewriteSeconds) return true;
  if (hosts !== null && !sameHosts(before.mx?.hosts ?? null, hosts)) return true;
  // A fault that is seen for the second time, an hour later, is no accident.
  return seen.outcome === "no" && before.since === before.at && now - before.at >= 3600;
}

function standingNo(before: StandingNo | null, outcome: AuditOutcome): StandingNo | null {
  if (before === null || outcome === "yes") return null;
  return outcome === "unmeasured" && !before.isFromPort25 ? null : before;
}

function firstYes(
  before: AuditSummary | null,
  outcome: AuditOutcome,
  now: UnixSeconds,
): UnixSeconds | null {
  if (outcome === "no") return null;
  const isUnbroken =
    before !== null && before.lastYes !== null && now - before.lastYes <= maxGapSeconds;
  return (isUnbroken ? before.firstYes : null) ?? (outcome === "yes" ? now : null);
}

/** What the reports prove now. */
export type ReportsSighting = Pick<ReportsSummary, "outcome" | "sessions" | "failures">;

/** Adds what the reports prove. Gives the same object where nothing is worth a changed line. */
export function withReports(
  known: EvidenceSummary,
  seen: ReportsSighting,
  now: UnixSeconds,
): EvidenceSummary {
  const before = known.reports;
  const isSame =
    before !== null &&
    before.outcome === seen.outcome &&
    before.at <= now &&
    now - before.at < rewriteSeconds;
  if (isSame) return known;
  const since =
    before !== null && before.outcome === seen.outcome ? Math.min(before.since, now) : now;
  return { ...known, reports: { ...seen, at: now, since } };
}

/** A clock that was ahead wrote times that have not come yet: they count as now at the latest. */
function notAfter(audit: AuditSummary, now: UnixSeconds): AuditSummary {
  const { no, lastYes, firstYes, mx } = audit;
  const limit = (time: UnixSeconds): UnixSeconds => Math.min(time, now);
  return {
    ...audit,
    at: limit(audit.at),
    since: limit(audit.since),
    no: no === null ? null : { ...no, at: limit(no.at) },
    lastYes: lastYes === null ? null : limit(lastYes),
    firstYes: firstYes === null ? null : limit(firstYes),
    mx: mx === null ? null : { ...mx, at: limit(mx.at) },
  };
}

function sameHosts(a: readonly string[] | null, b: readonly string[]): boolean {
  return a !== null && a.length === b.length && a.every((host, at) => host === b[at]);
}
