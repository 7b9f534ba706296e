/** What a report's container says, compared with the report. */
import type { DeviationCode } from "./deviations.ts";
import type { Hints } from "./hints.ts";
import type { Report } from "./report.ts";

/** A report is due on the next day; a weekend may delay it. */
const lateAfter = 3 * 86_400;

/** The deviations of a container: those seen while it was unpacked, and those that only the report shows. */
export function wrappingDeviations(
  report: Report,
  arrival: { readonly via: string; readonly receivedAt: number },
  hints: Hints,
): DeviationCode[] {
  const found: DeviationCode[] = [...hints.wrapping];
  // A bare file may have waited on somebody's disk.
  if (arrival.via !== "file" && arrival.receivedAt - report.end > lateAfter) found.push("late");
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

/** The domain that a report's container names: in the mail's header, else in a file name by RFC 8460 §5.1. */
export function wrappingDomain(hints: Hints): string | null {
  return hints.domain ?? parseReportName(hints.name)?.domain ?? null;
}

/** Takes a file name apart: `submitter!domain!begin!end[!id].json[.gz]`; null where it is none. @see RFC 8460 §5.1 */
export function parseReportName(name: string): { submitter: string; domain: string } | null {
  const base = name.slice(name.lastIndexOf("/") + 1).slice(0, 1000);
  const found =
    /^([^!\s]{1,255})!([^!\s]{1,255})!\d{9,12}!\d{9,12}(?:![^!]*)?\.json(?:\.gz)?$/i.exec(base);
  return found?.[1] === undefined || found[2] === undefined
    ? null
    : { submitter: found[1].toLowerCase(), domain: found[2].toLowerCase() };
}
