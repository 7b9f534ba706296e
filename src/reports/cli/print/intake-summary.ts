/** The summary of an intake. */
import { describeRefusals } from "../../../tls-rpt/report/refusal.ts";
import { printable } from "../../../cli/text.ts";

/** Reports that are new or already there; sources that are unreadable or contain no report. */
export interface IntakeCounts {
  added: number;
  duplicates: number;
  quarantined: number;
  notReports: number;
}

/** A source that claims to be a report and cannot be read. */
export interface Unreadable {
  /** A path, or a mail of a mailbox; may be hostile. */
  readonly source: string;
  /** Codes of refusal.ts. */
  readonly reasons: readonly string[];
  /** Whether the quarantine has a copy: it has none of what is too large. */
  readonly isCopied: boolean;
}

/** How many unreadable sources are listed; the quarantine has all. */
export const maxListed = 20;

const maxSource = 200;

/** Describes it, one line per kind. `source`: the noun for what was searched, in singular and plural. */
export function describeIntake(
  { added, duplicates, quarantined, notReports }: Readonly<IntakeCounts>,
  unreadable: readonly Unreadable[],
  source: readonly [one: string, many: string],
): string {
  const lines = [`${String(added)} ${added === 1 ? "report" : "reports"} added`];
  if (duplicates > 0) {
    lines.push(`${String(duplicates)} ${duplicates === 1 ? "was" : "were"} already there`);
  }
  if (notReports === 1) lines.push(`1 ${source[0]} contains no report`);
  else if (notReports > 1) lines.push(`${String(notReports)} ${source[1]} contain no report`);
  if (quarantined > 0) {
    // Most of those that are not listed have a copy.
    const copies =
      unreadable.some(({ isCopied }) => isCopied) || quarantined > unreadable.length
        ? "; see .stspress/reports/quarantine/"
        : "";
    const listed = unreadable.slice(0, maxListed);
    lines.push(`${String(quarantined)} cannot be read${copies}:`, ...listed.map(lineOf));
    if (quarantined > listed.length)
      lines.push(`  and ${String(quarantined - listed.length)} more`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function lineOf({ source, reasons, isCopied }: Unreadable): string {
  const why = describeRefusals(reasons);
  return `  ${printableSource(source)}: ${why}${isCopied ? "" : "; not copied to the quarantine"}`;
}

/** The name of a source, safe to print. */
export function printableSource(source: string): string {
  return printable(shortSource(source));
}

/** The end of a name, where it is long. */
export function shortSource(source: string): string {
  return source.length > maxSource ? `…${source.slice(-maxSource)}` : source;
}
