/**
 * Bytes with a name → the JSON texts of the reports in them, out of mails, mails in mails, gzip and zip.
 * The content decides what they are, not the name.
 */
import type { DeviationCode } from "../../tls-rpt/report/deviations.ts";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import { claimsReportType, contentOfMediaType } from "../../tls-rpt/report/media-types.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import { UnpackBudget, gunzip, unzip } from "../../mail/archive/decompress.ts";
import { parseCost, hasLooseBase64, readMail, type Mail, type MailPart } from "../../mail/mime.ts";
import { splitMbox } from "../../mail/mbox.ts";
import { sniff } from "../../mail/sniff.ts";

/** Something that may be a report. */
export interface Candidate {
  /** The JSON text. */
  readonly json: Uint8Array;
  /** The gzip that it came in; null: it did not come gzipped. */
  readonly gzip: Uint8Array | null;
  readonly hints: Hints;
  /** Whether its container claims that it is a report; otherwise it is ignored if it is none. */
  readonly isClaimed: boolean;
  /** The mail that brought it; null: none. */
  readonly mail: CarryingMail | null;
}

export interface CarryingMail {
  readonly message: Uint8Array;
  /** `TLS-Report-Submitter`, else the domain of From. */
  readonly submitter: string | null;
  /** Unix seconds; null: not given. */
  readonly receivedAt: number | null;
}

export interface Unwrapped {
  readonly candidates: readonly Candidate[];
  /** Why something that claims to be a report could not be unwrapped. */
  readonly refusals: readonly Refusal[];
}

/** Archives and mails inside each other. */
const maxDepth = 6;

/** The name and the type that a file, or a part of a mail, claims to have. */
interface Label {
  readonly name: string;
  /** Null: it is a file. */
  readonly mediaType: string | null;
  /** Whether it claims to be a report. */
  readonly isClaimed: boolean;
  /** Whether it was given as a file: then a damaged archive is refused although it claims nothing. */
  readonly isFile: boolean;
}

/** Unwraps a file or a mail. Never rejects. */
export async function unwrap(bytes: Uint8Array, name: string): Promise<Unwrapped> {
  const unwrapper = new Unwrapper();
  const label = { name, mediaType: null, isClaimed: isReportName(name), isFile: true };
  await unwrapper.add(bytes, label, 0);
  return unwrapper.finish();
}

/** The same, synchronously, of a gzip file whose content is known, as most are; null: the content is not JSON. */
export function unwrapGzipJson(
  bytes: Uint8Array,
  name: string,
  unpacked: Buffer,
): Candidate | null {
  if (sniff(unpacked) !== "json") return null;
  const label = { name, mediaType: null, isClaimed: isReportName(name), isFile: true };
  const hints = {
    name,
    subjectId: null,
    domain: null,
    containerDeviations: labelDeviations(label, true),
  };
  return { json: unpacked, gzip: bytes, hints, isClaimed: label.isClaimed, mail: null };
}

/** Whether something too large to read may be a report, by its beginning. */
export function seemsReport(beginning: Uint8Array, name: string): boolean {
  if (isReportName(name)) return true;
  const kind = sniff(beginning);
  return kind === "mail" ? mentionsReport(beginning) : kind !== "other";
}

/** The shape of RFC 8460 §5.1: `submitter!domain!begin!end!id.json.gz`. */
function isReportName(name: string): boolean {
  return /^[^!\s]+!([^!\s]+)!\d+!\d+[^/]*\.(json|gz|zip)$/i.test(name.slice(-1000));
}

class Unwrapper {
  readonly #candidates: Candidate[] = [];
  readonly #refusals = new Set<Refusal>();
  readonly #budget = new UnpackBudget();
  /** The containers that are being unwrapped now. */
  #mail: { readonly head: Mail; readonly carrying: CarryingMail } | null = null;
  #deviations: readonly DeviationCode[] = [];

  finish(): Unwrapped {
    const several = this.#candidates.length > 1;
    const candidates = several
      ? this.#candidates.map((one) => withDeviation(one, "several-in-one"))
      : this.#candidates;
    return { candidates, refusals: [...this.#refusals] };
  }

  async add(bytes: Uint8Array, label: Label, depth: number): Promise<void> {
    const kind = sniff(bytes);
    if (depth > maxDepth && kind !== "json") {
      if (label.isClaimed) this.#refusals.add("too-deep");
      return;
    }
    switch (kind) {
      case "json":
        this.#addJson(bytes, null, label);
        return;
      case "gzip":
        await this.#addGzip(bytes, label, depth);
        return;
      case "zip":
        await this.#addZip(bytes, label, depth);
        return;
      case "mail":
        await this.#addMail(bytes, label, depth);
        return;
      case "mbox":
        for await (const { bytes: message, isWhole } of splitMbox([bytes])) {
          if (isWhole) await this.#addMail(message, label, depth);
          else if (mentionsReport(message)) this.#refusals.add("too-large");
        }
        return;
      case "other":
        if (label.isClaimed) this.#refusals.add("not-known");
    }
  }

  async #addGzip(bytes: Uint8Array, label: Label, depth: number): Promise<void> {
    const unpacked = gunzip(bytes, this.#budget);
    if (!unpacked.ok) {
      if (label.isClaimed || label.isFile) this.#refusals.add(unpacked.reason);
    } else if (sniff(unpacked.value) === "json") this.#addJson(unpacked.value, bytes, label);
    else await this.add(unpacked.value, label, depth + 1);
  }

  async #addZip(bytes: Uint8Array, label: Label, depth: number): Promise<void> {
    const unpacked = unzip(bytes, this.#budget);
    if (!unpacked.ok) {
      if (label.isClaimed || label.isFile) this.#refusals.add(unpacked.reason);
      return;
    }
    const before = this.#deviations;
    this.#deviations = [...before, "zip-archive"];
    for (const { name, bytes: content } of unpacked.value) {
      const isClaimed = label.isClaimed || isReportName(name);
      await this.add(content, { ...label, name: name.slice(-512), isClaimed }, depth + 1);
    }
    this.#deviations = before;
  }

  async #addMail(message: Uint8Array, label: Label, depth: number): Promise<void> {
    if (!this.#budget.takesMail(parseCost(message))) {
      this.#refusals.add("bomb");
      return;
    }
    const head = await readMail(message);
    if (head === null) {
      if (label.isClaimed || mentionsReport(message)) this.#refusals.add("mail-unreadable");
      return;
    }
    const isClaimed = label.isClaimed || claimsReport(head);
    const found = this.#candidates.length + this.#refusals.size;
    const [outerMail, outerDeviations] = [this.#mail, this.#deviations];
    const submitter = head.submitter ?? head.fromDomain;
    this.#mail = { head, carrying: { message, submitter, receivedAt: head.receivedAt } };
    this.#deviations = mailDeviations(head);
    for (const part of head.parts) await this.#addPart(part, isClaimed, depth);
    this.#mail = outerMail;
    this.#deviations = outerDeviations;
    const isEmpty = this.#candidates.length + this.#refusals.size === found;
    if (isEmpty && isClaimed) this.#refusals.add("mail-without-report");
    const carriesAny = this.#candidates.some(({ mail }) => mail?.message === message);
    if (carriesAny && hasLooseBase64(message)) this.#noteLoose(message);
  }

  #addPart(part: MailPart, isMailClaimed: boolean, depth: number): Promise<void> {
    const isReport = claimsReportType(part.mediaType) || isReportName(part.name);
    // A mail also has parts that are no report: a text, a logo, what gateways add.
    const isClaimed = isReport || (isMailClaimed && isPackable(part));
    const label = { name: part.name, mediaType: part.mediaType, isClaimed, isFile: false };
    return this.add(part.bytes, label, depth + 1);
  }

  #addJson(json: Uint8Array, gzip: Uint8Array | null, label: Label): void {
    const head = this.#mail?.head ?? null;
    this.#candidates.push({
      json,
      gzip,
      hints: {
        name: label.name,
        subjectId: head?.subjectId ?? null,
        domain: head?.domain ?? null,
        containerDeviations: [...this.#deviations, ...labelDeviations(label, gzip !== null)],
      },
      isClaimed: label.isClaimed,
      mail: this.#mail?.carrying ?? null,
    });
  }

  #noteLoose(message: Uint8Array): void {
    for (const [index, one] of this.#candidates.entries()) {
      if (one.mail?.message === message) {
        this.#candidates[index] = withDeviation(one, "base64-loose");
      }
    }
  }
}

function withDeviation(candidate: Candidate, code: DeviationCode): Candidate {
  const { hints } = candidate;
  const containerDeviations = [...hints.containerDeviations, code];
  return { ...candidate, hints: { ...hints, containerDeviations } };
}

function claimsReport(mail: Mail): boolean {
  return (
    mail.isReport ||
    mail.domain !== null ||
    mail.submitter !== null ||
    mail.parts.some(({ name, mediaType }) => claimsReportType(mediaType) || isReportName(name))
  );
}

function isPackable({ name, mediaType }: MailPart): boolean {
  return (
    /\.(json|gz|zip)$/i.test(name) ||
    /^application\/(json|gzip|x-gzip|zip|x-zip-compressed|octet-stream)$/.test(mediaType)
  );
}

/** Whether the head of a mail that cannot be parsed mentions a report. */
function mentionsReport(message: Uint8Array): boolean {
  const head = Buffer.from(message.buffer, message.byteOffset, Math.min(message.length, 65_536));
  return /tlsrpt|^tls-report-/im.test(head.toString("latin1"));
}

function mailDeviations(mail: Mail): DeviationCode[] {
  const found: DeviationCode[] = [];
  if (!mail.isReport) found.push("not-multipart-report");
  if (mail.domain === null) found.push("header-domain-missing");
  if (mail.submitter === null) found.push("header-submitter-missing");
  return found;
}

/** Compares the media type and the name with the content. @see RFC 8460 §5.1, §6.4, §6.5 */
function labelDeviations({ name, mediaType }: Label, isGzip: boolean): DeviationCode[] {
  const found: DeviationCode[] = [];
  const registered = mediaType === null ? null : contentOfMediaType(mediaType);
  if (mediaType !== null && registered === null) found.push("label-unregistered");
  const ending = /\.(json|gz|zip)$/i.exec(name)?.[1]?.toLowerCase();
  const byName = ending === undefined ? null : ending === "gz" ? "gzip" : ending;
  const content = isGzip ? "gzip" : "json";
  if ((registered ?? content) !== content || (byName ?? content) !== content) {
    found.push("label-not-content");
  }
  return found;
}
