/** What the container of a report says about it: mail headers, file names. */
import type { DeviationCode } from "./deviations.ts";
import type { Hints } from "./hints.ts";
import type { Report } from "./report.ts";

/** A report is due the day after its period, and may be late by a weekend. */
const maxDelay = 3 * 86_400;

/** The deviations of the container: those seen while unwrapping, and those that show when compared with the report. */
export function containerDeviations(
  report: Report,
  arrival: { readonly via: string; readonly receivedAt: number },
  hints: Hints,
): DeviationCode[] {
  const found: DeviationCode[] = [...hints.containerDeviations];
  // A file may have been on somebody's disk for long.
  if (arrival.via !== "file" && arrival.receivedAt - report.end > maxDelay) found.push("late");
  const { subjectId } = hints;
  if (subjectId !== null && bareId(subjectId) !== bareId(report.reportId)) {
    found.push("subject-id-differs");
  }
  const domain = hints.domain?.toLowerCase().replace(/\.$/, "") ?? null;
  if (domain !== null && !report.policies.some((policy) => policy.domain === domain)) {
    found.push("header-domain-differs");
  }
  return found;
}

function bareId(id: string): string {
  return id.trim().replace(/^<(.*)>$/, "$1");
}

/** The domain of a report by its container: the mail's headers, else the file name. @see RFC 8460 §5.1 */
export function containerDomain(hints: Hints): string | null {
  return hints.domain ?? parseReportName(hints.name)?.domain ?? null;
}

/** Parses a file name `submitter!domain!begin!end[!id].json[.gz]`; null: it is not one. @see RFC 8460 §5.1 */
export function parseReportName(name: string): { submitter: string; domain: string } | null {
  const base = name.slice(name.lastIndexOf("/") + 1).slice(0, 1000);
  const found =
    /^([^!\s]{1,255})!([^!\s]{1,255})!\d{9,12}!\d{9,12}(?:![^!]*)?\.json(?:\.gz)?$/i.exec(base);
  return found?.[1] === undefined || found[2] === undefined
    ? null
    : { submitter: found[1].toLowerCase(), domain: found[2].toLowerCase() };
}
