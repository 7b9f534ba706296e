/** A mail → what its head says, and its parts. */
import type { Email } from "postal-mime";

export interface MailPart {
  /** "" where it has none. */
  readonly name: string;
  /** Lower case; "" where it is the text of the mail. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Mail {
  /** Whether it is `multipart/report; report-type=tlsrpt`. */
  readonly isReport: boolean;
  /** `TLS-Report-Domain`, `TLS-Report-Submitter`, and the domain of From; null: there is none. */
  readonly domain: string | null;
  readonly submitter: string | null;
  readonly fromDomain: string | null;
  /** The report-id in the Subject; null: none. */
  readonly subjectId: string | null;
  /** When the last server received it, else its Date; Unix seconds, null: unknown. */
  readonly receivedAt: number | null;
  readonly parts: readonly MailPart[];
}

/** How deep parts may be nested: a report is on the second level. */
const maxNestingDepth = 32;
const maxHeadersSize = 1024 * 1024;
/**
 * Lines, and lines that begin like a boundary. The parser allocates for each: 4 MB of the shortest took it
 * 8 s and a gigabyte. A mail of 22 MB in base64 has as many lines.
 */
const maxLines = 300_000;
const maxBoundaries = 10_000;
/** From so many lines on, the shortest average length of a line: no report is written in shorter ones. */
const manyLines = 5000;
const minAverageLine = 8;
const maxHost = 255;
const maxId = 512;

/** Parses a mail; mails within it are parts, with their bytes. Null: parsing it would cost too much, or fails. */
export async function readMail(message: Uint8Array): Promise<Mail | null> {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const bound = Math.min(maxLines, Math.max(manyLines, bytes.length / minAverageLine));
  if (hasMore(bytes, "\n", bound) || hasMore(bytes, "\n--", maxBoundaries)) return null;
  let email: Email;
  try {
    // Large, and not needed for reports in files.
    const { default: PostalMime } = await import("postal-mime");
    email = await PostalMime.parse(message, {
      forceRfc822Attachments: true,
      maxNestingDepth,
      maxHeadersSize,
    });
  } catch {
    return null;
  }
  const head = (key: string): string =>
    email.headers.find((header) => header.key === key)?.value.trim() ?? "";
  const type = head("content-type").slice(0, 2000);
  const parts = email.attachments.map(({ filename, mimeType, content }) => ({
    name: (filename ?? "").slice(0, maxId),
    mediaType: mimeType,
    bytes: toBytes(content),
  }));
  const text = email.text?.trimStart() ?? "";
  // Pasted into the mail instead of attached.
  if (text.startsWith("{")) parts.push({ name: "", mediaType: "", bytes: Buffer.from(text) });
  return {
    isReport: /^multipart\/report\b/i.test(type) && /;\s*report-type\s*=\s*"?tlsrpt\b/i.test(type),
    domain: hostOf(head("tls-report-domain")),
    submitter: hostOf(head("tls-report-submitter")),
    fromDomain: hostOf(email.from?.address?.split("@").at(-1) ?? ""),
    subjectId: subjectIdOf(email.subject ?? ""),
    receivedAt: timeOf(head("received").split(";").at(-1) ?? "") ?? timeOf(head("date")),
    parts,
  };
}

/** Average bytes of a line, and boundaries of a mail, that cost nothing extra. */
const plainLine = 32;
const plainBoundaries = 50;

/** What a mail costs to parse beyond its size: lines above one for each {@link plainLine} bytes, and boundaries. */
export function parseCost(message: Uint8Array): number {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const short = countOf(bytes, "\n", maxLines) - bytes.length / plainLine;
  const boundaries = countOf(bytes, "\n--", maxBoundaries) - plainBoundaries;
  return Math.max(0, Math.ceil(short)) + Math.max(0, boundaries);
}

/** Counts the occurrences of a text, up to a maximum. */
function countOf(bytes: Buffer, what: string, max: number): number {
  let count = 0;
  for (let at = bytes.indexOf(what); at !== -1 && count < max; count += 1) {
    at = bytes.indexOf(what, at + what.length);
  }
  return count;
}

/** Whether a text occurs more often than so many times. */
function hasMore(bytes: Buffer, what: string, times: number): boolean {
  let left = times;
  for (let at = bytes.indexOf(what); at !== -1; at = bytes.indexOf(what, at + 1)) {
    left -= 1;
    if (left < 0) return true;
  }
  return false;
}

function toBytes(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === "string") return Buffer.from(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

function hostOf(text: string): string | null {
  const host = text.trim().toLowerCase().replace(/\.$/, "");
  return host === "" || host.length > maxHost ? null : host;
}

/** @see RFC 8460 §5.3: `Report Domain: … Submitter: … Report-ID: <…>` */
function subjectIdOf(subject: string): string | null {
  const found = /report-id:\s*(<[^>]*>|[^\s>]+)/i.exec(subject.slice(0, 4096))?.[1];
  const id = found?.replace(/^<|>$/g, "").trim() ?? "";
  return id === "" ? null : id.slice(0, maxId);
}

function timeOf(text: string): number | null {
  const milliseconds = text === "" ? NaN : Date.parse(text.slice(0, 200));
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/** Base64 parts that are checked: each may cost a pass over the whole mail. */
const maxBase64 = 16;

/** Whether the base64 of some part breaks RFC 2045 §6.8: padding inside, missing padding, or other characters. */
export function hasLooseBase64(message: Uint8Array): boolean {
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString(
    "latin1",
  );
  let parts = 0;
  for (const { index } of text.matchAll(/^content-transfer-encoding:[ \t]*"?base64/gim)) {
    parts += 1;
    if (parts > maxBase64) break;
    const blank = /\r?\n\r?\n/g;
    blank.lastIndex = index;
    if (blank.exec(text) === null) continue;
    const next = text.indexOf("\n--", blank.lastIndex - 1);
    const body = text.slice(blank.lastIndex, next === -1 ? text.length : next);
    const digits = body.replace(/[\r\n]+/g, "");
    if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return true;
  }
  return false;
}
