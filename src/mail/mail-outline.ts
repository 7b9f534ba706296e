/** Whether a mail may hold a report, told from its outline: the rest of a mixed mailbox stays where it is. */

export interface Outline {
  readonly seemsReport: boolean;
}

/** A part of a mail, as IMAP's BODYSTRUCTURE tells it. */
export interface PartOutline {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly dispositionParameters?: Readonly<Record<string, string>> | undefined;
  readonly childNodes?: readonly PartOutline[] | undefined;
}

/** Types under which reports and archives of them were seen, right and wrong. */
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

/** Headers that tell a report. */
export const tellingHeaders = [
  "content-type",
  "subject",
  "tls-report-domain",
  "tls-report-submitter",
] as const;

/** @see RFC 8460 §5.3: the Subject of a report says `Report Domain:` and `Report-ID:` */
const tellingText = /^tls-report-|tlsrpt|tls-rpt|report[ -]domain:|report-id:/im;

/** Parts that are looked through; a mail with more is taken for one that may hold a report. */
const maxParts = 1000;

/**
 * Judges a mail by its parts' types and names, and by {@link tellingHeaders}.
 * When in doubt it is true: the mail is then read, and nothing more.
 */
export function seemsReport(
  structure: PartOutline | undefined,
  headers: Uint8Array | undefined,
): boolean {
  const text = Buffer.from(headers ?? []).toString("latin1");
  if (tellingText.test(text)) return true;
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
