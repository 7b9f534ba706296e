/** The health of the domains: a table, and a list of changes. */
import { compareHealth } from "../../analysis/health.ts";
import type { DomainRow, Health, Overview } from "../../analysis/page-data.ts";
import { minDays, maxFailureRate, type RolloutEvidence } from "../../analysis/rollout-evidence.ts";
import type { StatusChange } from "../../analysis/status-change.ts";
import { paint, printable, type TextOptions } from "../../../cli/text.ts";

const styles: Readonly<Record<Health, "error" | "warning" | "note" | "dim" | "good">> = {
  emergency: "error",
  trouble: "error",
  watch: "warning",
  unknown: "dim",
  good: "good",
};

/** Longer lists are cut, and the rest is counted. */
const maxListed = 200;
/** Domains that failed before and are printed again. */
const maxStillFailing = 20;
/** Anybody can send reports about any name. */
const maxUndeclaredListed = 20;
const maxNameWidth = 40;
const maxHeadline = 160;

/** Every domain, worst first, a line of counts, and the domains that are not in the site. */
export function statusTable(
  overview: Pick<Overview, "domains" | "undeclared" | "undeclaredCount" | "quarantined">,
  rollouts: ReadonlyMap<string, RolloutEvidence>,
  options: TextOptions,
): string {
  const { domains, quarantined } = overview;
  const shown = domains.slice(0, maxListed);
  const width = widthOf(shown);
  const lines = shown.flatMap((row) => {
    const evidence = rollouts.get(row.domain);
    return [
      rowLine(row, width, options),
      ...(evidence === undefined ? [] : [`${" ".repeat(13)}${rolloutText(evidence)}`]),
    ];
  });
  if (domains.length > shown.length)
    lines.push(`and ${String(domains.length - shown.length)} more`);
  lines.push("", summary(domains), ...quarantineLines(quarantined));
  lines.push(...undeclaredLines(overview, options));
  return `${lines.join("\n")}\n`;
}

/** What changed since the last run; "" without changes. */
export function statusChanges(
  changes: readonly StatusChange[],
  newlyQuarantined: number,
  options: TextOptions,
): string {
  const shown = changes.slice(0, maxListed);
  const lines = shown.map(({ row, before }) => {
    const was = before === null ? "" : ` (was ${before})`;
    return `${printable(row.domain)}: ${paint(row.health, styles[row.health], options)}${was}: ${headline(row)}`;
  });
  if (changes.length > shown.length)
    lines.push(`and ${String(changes.length - shown.length)} more`);
  lines.push(...newQuarantineLines(newlyQuarantined));
  return lines.map((line) => `${line}\n`).join("");
}

/** The domains that still make the run fail, though nothing changed; "" without any. */
export function statusFailures(rows: readonly DomainRow[], options: TextOptions): string {
  const lines = rows
    .slice(0, maxStillFailing)
    .map(
      (row) =>
        `still: ${printable(row.domain)}: ${paint(row.health, styles[row.health], options)}: ${headline(row)}\n`,
    );
  if (rows.length > maxStillFailing)
    lines.push(`and ${String(rows.length - maxStillFailing)} more\n`);
  return lines.join("");
}

/** Domains that are not in the site: forgotten, or made up by somebody. */
function undeclaredLines(
  { undeclared, undeclaredCount }: Pick<Overview, "undeclared" | "undeclaredCount">,
  options: TextOptions,
): string[] {
  if (undeclaredCount === 0) return [];
  const shown = undeclared.slice(0, maxUndeclaredListed);
  const width = widthOf(shown);
  const is = undeclaredCount === 1 ? "domain that is" : "domains that are";
  return [
    "",
    `reports also came about ${String(undeclaredCount)} ${is} not in your site (not counted above):`,
    ...shown.map((row) => rowLine(row, width, options)),
    ...(undeclaredCount > shown.length
      ? [`and ${String(undeclaredCount - shown.length)} more`]
      : []),
  ];
}

function widthOf(rows: readonly DomainRow[]): number {
  return Math.min(maxNameWidth, Math.max(0, ...rows.map(({ domain }) => domain.length)));
}

function rowLine(row: DomainRow, width: number, options: TextOptions): string {
  const health = paint(row.health.padEnd(10), styles[row.health], options);
  const mark = row.inSite ? "" : "not in your site; ";
  return `${health} ${printable(row.domain).padEnd(width)}  ${mark}${headline(row)}`;
}

function headline({ headline: text }: DomainRow): string {
  const shown = printable(text);
  return shown.length > maxHeadline ? `${shown.slice(0, maxHeadline)}…` : shown;
}

function rolloutText(evidence: RolloutEvidence): string {
  const { verdict, days, rate } = evidence;
  const counts = `${many(rate.sessions, "session")} on ${many(days, "day")}, ${String(rate.failures)} failed`;
  switch (verdict) {
    case "enough":
      return `in testing: the reports support enforce (${counts})`;
    case "failing":
      return `in testing: too many sessions fail for enforce (${counts})`;
    case "not-enough":
      return `in testing: not enough reports for enforce yet: ${missing(evidence)}`;
  }
}

/** What is missing. */
function missing({ lacks, days, rate }: RolloutEvidence): string {
  const percent = `${String(maxFailureRate * 100)} %`;
  switch (lacks) {
    case null:
    case "reports":
      return "no report that counts for a rollout (see `stspress reports senders`)";
    case "days":
      return `the reports that count cover ${String(days)} of the required ${String(minDays)} days`;
    case "sessions":
      return `the reports that count cover ${many(rate.sessions, "session")}, ${String(rate.failures)} failed: too few to be sure that less than ${percent} fail`;
  }
}

function many(count: number, one: string): string {
  return `${String(count)} ${one}${count === 1 ? "" : "s"}`;
}

function summary(domains: readonly DomainRow[]): string {
  const counts = new Map<Health, number>();
  for (const { health } of domains) counts.set(health, (counts.get(health) ?? 0) + 1);
  const parts = [...counts]
    .sort(([a], [b]) => compareHealth(a, b))
    .map(([health, count]) => `${String(count)} ${health}`);
  const noun = domains.length === 1 ? "domain" : "domains";
  return `${String(domains.length)} ${noun}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}

function quarantineLines(count: number): string[] {
  if (count <= 0) return [];
  return [`${many(count, "unreadable report")} in .stspress/reports/quarantine/`];
}

/** Counts what came since the last status, which may be less than what is there. */
function newQuarantineLines(count: number): string[] {
  if (count <= 0) return [];
  return [
    `${many(count, "new unreadable report")} since the last status: see .stspress/reports/quarantine/`,
  ];
}
