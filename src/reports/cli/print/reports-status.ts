/** How the domains are, by their reports: a table for people, and what changed for a mail. */
import { compareHealth } from "../../analysis/health.ts";
import type { DomainRow, Health, Overview } from "../../analysis/page-data.ts";
import { minDays, maxFailing, type RolloutEvidence } from "../../analysis/rollout-evidence.ts";
import type { StatusChange } from "../../analysis/status-change.ts";
import { paint, printable, type TextOptions } from "../../../cli/text.ts";

const styles: Readonly<Record<Health, "error" | "warning" | "note" | "dim" | "good">> = {
  emergency: "error",
  trouble: "error",
  watch: "warning",
  unknown: "dim",
  good: "good",
};

/** Beyond this a list is counted, not printed. */
const maxListed = 200;
/** Of what was told before, fewer are named again. */
const maxReminded = 20;
/** Anybody can have reports made of any name. */
const maxStrangersListed = 20;
const widestName = 40;
const longestHeadline = 160;

/** Every domain, most troubled first, one line that counts them, and those that are not in the site. */
export function statusTable(
  overview: Pick<Overview, "domains" | "strangers" | "strangerCount" | "quarantined">,
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
  lines.push(...strangerLines(overview, options));
  return `${lines.join("\n")}\n`;
}

/** What changed since it was last told; "" where nothing did. */
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

/** The domains that make a run fail and were told of before; "" where there are none. */
export function statusFailures(rows: readonly DomainRow[], options: TextOptions): string {
  const lines = rows
    .slice(0, maxReminded)
    .map(
      (row) =>
        `still: ${printable(row.domain)}: ${paint(row.health, styles[row.health], options)}: ${headline(row)}\n`,
    );
  if (rows.length > maxReminded) lines.push(`and ${String(rows.length - maxReminded)} more\n`);
  return lines.join("");
}

/** Reports about domains of others: a domain that was forgotten, or what somebody made up. */
function strangerLines(
  { strangers, strangerCount }: Pick<Overview, "strangers" | "strangerCount">,
  options: TextOptions,
): string[] {
  if (strangerCount === 0) return [];
  const shown = strangers.slice(0, maxStrangersListed);
  const width = widthOf(shown);
  const is = strangerCount === 1 ? "domain that is" : "domains that are";
  return [
    "",
    `reports also came about ${String(strangerCount)} ${is} not in your site, and count for nothing above:`,
    ...shown.map((row) => rowLine(row, width, options)),
    ...(strangerCount > shown.length ? [`and ${String(strangerCount - shown.length)} more`] : []),
  ];
}

function widthOf(rows: readonly DomainRow[]): number {
  return Math.min(widestName, Math.max(0, ...rows.map(({ domain }) => domain.length)));
}

function rowLine(row: DomainRow, width: number, options: TextOptions): string {
  const health = paint(row.health.padEnd(10), styles[row.health], options);
  const mark = row.inSite ? "" : "not in your site; ";
  return `${health} ${printable(row.domain).padEnd(width)}  ${mark}${headline(row)}`;
}

function headline({ headline: text }: DomainRow): string {
  const shown = printable(text);
  return shown.length > longestHeadline ? `${shown.slice(0, longestHeadline)}…` : shown;
}

function rolloutText(evidence: RolloutEvidence): string {
  const { verdict, days, rate } = evidence;
  const told = `${many(rate.sessions, "session")} on ${many(days, "day")}, ${String(rate.failures)} failed`;
  switch (verdict) {
    case "enough":
      return `in testing: the reports show that you can enforce (${told})`;
    case "failing":
      return `in testing: too many sessions fail to enforce (${told})`;
    case "not-enough":
      return `in testing: not enough is proven to enforce yet: ${lack(evidence)}`;
  }
}

/** Why it is not enough, and what helps. */
function lack({ lacks, days, rate }: RolloutEvidence): string {
  const percent = `${String(maxFailing * 100)} %`;
  switch (lacks) {
    case null:
    case "reports":
      return "no report that counts is about it (see `stspress reports senders`)";
    case "days":
      return `the trusted reports cover ${String(days)} of the ${String(minDays)} days that are needed`;
    case "sessions":
      return `the trusted reports cover ${many(rate.sessions, "session")}, ${String(rate.failures)} failed: too few to be sure that less than ${percent} fail`;
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
  const [what, wait] = count === 1 ? ["1 report", "waits"] : [`${String(count)} reports`, "wait"];
  return [`${what} that cannot be read ${wait} in .stspress/reports/quarantine/`];
}

/** A count of what came since the last status, which may be less than what waits there. */
function newQuarantineLines(count: number): string[] {
  if (count <= 0) return [];
  const what = count === 1 ? "1 more report" : `${String(count)} more reports`;
  return [`${what} that cannot be read since the last status: see .stspress/reports/quarantine/`];
}
