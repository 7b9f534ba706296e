/** Whether a mail may hold a report, by its outline: the other mails of a mixed mailbox are not downloaded. */

export interface Outline {
  readonly mayHoldReport: boolean;
}

/** A part of a mail, as IMAP's BODYSTRUCTURE describes it. */
export interface PartOutline {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly dispositionParameters?: Readonly<Record<string, string>> | undefined;
  readonly childNodes?: readonly PartOutline[] | undefined;
}

/** Media types that reports and archives of them were seen with, correct and wrong ones. */
const reportTypes = new Set([
  "application/tlsrpt",
  "application/tlsrpt+json",
  "application/tlsrpt+gzip",
  "application/json",
  "application/gzip",
  "application/x-gzip",
  "application/gzip-compressed",
  "application/zip",
  "application/x-zip",
  "application/x-zip-compressed",
]);

const reportName = /\.(json|gz|gzip|zip|eml)$/i;

/** Headers that can mark a mail as a report. */
export const markerHeaders = [
  "content-type",
  "subject",
  "tls-report-domain",
  "tls-report-submitter",
] as const;

/** @see RFC 8460 §5.3: the Subject of a report says `Report Domain:` and `Report-ID:` */
const markerText = /^tls-report-|tlsrpt|tls-rpt|report[ -]domain:|report-id:/im;

/** Parts that are examined; a mail with more may hold a report. */
const maxParts = 1000;

/**
 * Judges a mail by its parts' types and names, and by {@link markerHeaders}. True when in doubt: the mail is
 * then downloaded and read, and nothing more.
 */
export function mayHoldReport(
  structure: PartOutline | undefined,
  headers: Uint8Array | undefined,
): boolean {
  const text = Buffer.from(headers ?? []).toString("latin1");
  if (markerText.test(text)) return true;
  if (structure === undefined) return true;
  const open = [structure];
  for (let seen = 0; seen < maxParts; seen += 1) {
    const part = open.pop();
    if (part === undefined) return false;
    if (isReportPart(part)) return true;
    open.push(...(part.childNodes ?? []));
  }
  return true;
}

function isReportPart({ type, parameters, dispositionParameters }: PartOutline): boolean {
  const name = dispositionParameters?.["filename"] ?? parameters?.["name"] ?? "";
  const lower = type.toLowerCase();
  if (reportTypes.has(lower) || reportName.test(name)) return true;
  // Nameless bytes may be anything.
  return lower === "application/octet-stream" && name === "";
}
