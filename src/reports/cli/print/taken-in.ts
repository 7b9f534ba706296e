/** What came of taking reports in, for people. */
import { describeRefusals } from "../../../tls-rpt/report/refusal.ts";
import { printable } from "../../../cli/text.ts";

/** Reports that were added or there already; sources that could not be read, or hold none. */
export interface TakenInCounts {
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

/** How many of the unreadable are told; the quarantine has all. */
export const maxTold = 20;

const longest = 200;

/** Says it, a line for each kind; `source` is what reports were looked for in: one of them, and many. */
export function describeTakenIn(
  { added, duplicates, quarantined, notReports }: Readonly<TakenInCounts>,
  unreadable: readonly Unreadable[],
  source: readonly [one: string, many: string],
): string {
  const lines = [`${String(added)} ${added === 1 ? "report" : "reports"} added`];
  if (duplicates > 0) {
    lines.push(`${String(duplicates)} ${duplicates === 1 ? "was" : "were"} there already`);
  }
  if (notReports === 1) lines.push(`1 ${source[0]} holds no report`);
  else if (notReports > 1) lines.push(`${String(notReports)} ${source[1]} hold no report`);
  if (quarantined > 0) {
    // Of those that are not listed most are copied.
    const copies =
      unreadable.some(({ isCopied }) => isCopied) || quarantined > unreadable.length
        ? "; copies are in .stspress/reports/quarantine/"
        : "";
    const told = unreadable.slice(0, maxTold);
    lines.push(`${String(quarantined)} cannot be read${copies}:`, ...told.map(lineOf));
    if (quarantined > told.length) lines.push(`  and ${String(quarantined - told.length)} more`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function lineOf({ source, reasons, isCopied }: Unreadable): string {
  const why = describeRefusals(reasons);
  return `  ${shownSource(source)}: ${why}${isCopied ? "" : "; it is not copied, and stays where it is"}`;
}

/** The name of a source, fit to be printed. */
export function shownSource(source: string): string {
  return printable(shortSource(source));
}

/** The end of a name, where it is long. */
export function shortSource(source: string): string {
  return source.length > longest ? `…${source.slice(-longest)}` : source;
}
