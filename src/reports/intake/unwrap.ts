/**
 * Octets under some name → the JSON texts of the reports in them: out of mails, mails in mails, gzip and
 * zip, by what they are and not by what they are called.
 */
import type { DeviationCode } from "../../tls-rpt/report/deviations.ts";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import { UnpackBudget, gunzip, unzip } from "../../mail/archive/decompress.ts";
import { parseCost, hasLooseBase64, readMail, type Mail, type MailPart } from "../../mail/mime.ts";
import { splitMbox } from "../../mail/mbox.ts";
import { sniff } from "../../mail/sniff.ts";

/** Something that may be a report. */
export interface Candidate {
  /** The JSON text. */
  readonly json: Uint8Array;
  /** The same as it came, where it came gzipped; else null. */
  readonly gzip: Uint8Array | null;
  readonly hints: Hints;
  /** Whether its wrapping says that it is a report: if it is none, something is wrong. */
  readonly isClaimed: boolean;
  /** The mail that it came by; null: by none. */
  readonly mail: CarryingMail | null;
}

export interface CarryingMail {
  readonly message: Uint8Array;
  /** `TLS-Report-Submitter`, else the domain of From. */
  readonly submitter: string | null;
  /** Unix seconds; null: it does not say. */
  readonly receivedAt: number | null;
}

export interface Unwrapped {
  readonly candidates: readonly Candidate[];
  /** Why something that claims to be a report could not be unwrapped. */
  readonly refusals: readonly Refusal[];
}

/** Archives and mails within each other. */
const maxDepth = 6;

/** What a file, or a part of a mail, is called and said to be. */
interface Label {
  readonly name: string;
  /** Null: it is a file, which has none. */
  readonly mediaType: string | null;
  /** Whether it is said to be a report. */
  readonly isClaimed: boolean;
  /** Whether it was handed over as a file: then an archive that cannot be opened is worth a word. */
  readonly isFile: boolean;
}

/**
 * Unwraps a file, a mail, or the body of a POST; `unpacked` is what it is gzipped of, where that is known.
 * Never rejects.
 */
export async function unwrap(
  bytes: Uint8Array,
  name: string,
  unpacked: Buffer | null = null,
): Promise<Unwrapped> {
  const state = new Unwrapping(unpacked);
  const label = { name, mediaType: null, isClaimed: isReportName(name), isFile: true };
  await state.take(bytes, label, 0);
  return state.done();
}

/**
 * The same of a gzip file with JSON in it, which most are: at once, and without what other wrappings need.
 * Null: it is something else.
 */
export function unwrapFile(bytes: Uint8Array, name: string, unpacked: Buffer): Candidate | null {
  if (sniff(unpacked) !== "json") return null;
  const label = { name, mediaType: null, isClaimed: isReportName(name), isFile: true };
  const hints = {
    name,
    subjectId: null,
    domain: null,
    wrapping: labelDeviations(label, true),
  };
  return { json: unpacked, gzip: bytes, hints, isClaimed: label.isClaimed, mail: null };
}

/** Whether something of which only the beginning is known claims to be a report, or may be one. */
export function seemsReport(beginning: Uint8Array, name: string): boolean {
  if (isReportName(name)) return true;
  const kind = sniff(beginning);
  return kind === "mail" ? mentionsReport(beginning) : kind !== "other";
}

/** The shape of RFC 8460 §5.1: `submitter!domain!begin!end!id.json.gz`. */
function isReportName(name: string): boolean {
  return /^[^!\s]+!([^!\s]+)!\d+!\d+[^/]*\.(json|gz|zip)$/i.test(name.slice(-1000));
}

class Unwrapping {
  readonly #candidates: Candidate[] = [];
  readonly #refusals = new Set<Refusal>();
  readonly #allowance = new UnpackBudget();
  /** What is being taken apart now. */
  #mail: { readonly head: Mail; readonly carrying: CarryingMail } | null = null;
  #wrapping: readonly DeviationCode[] = [];
  /** Of the outermost. */
  readonly #unpacked: Buffer | null;

  constructor(unpacked: Buffer | null) {
    this.#unpacked = unpacked;
  }

  done(): Unwrapped {
    const several = this.#candidates.length > 1;
    const candidates = several
      ? this.#candidates.map((one) => ({
          ...one,
          hints: { ...one.hints, wrapping: [...one.hints.wrapping, "several-in-one" as const] },
        }))
      : this.#candidates;
    return { candidates, refusals: [...this.#refusals] };
  }

  async take(bytes: Uint8Array, label: Label, depth: number): Promise<void> {
    const kind = sniff(bytes);
    if (depth > maxDepth && kind !== "json") {
      if (label.isClaimed) this.#refusals.add("too-deep");
      return;
    }
    switch (kind) {
      case "json":
        this.#add(bytes, null, label);
        return;
      case "gzip":
        await this.#takeGzip(bytes, label, depth);
        return;
      case "zip":
        await this.#takeZip(bytes, label, depth);
        return;
      case "mail":
        await this.#takeMail(bytes, label, depth);
        return;
      case "mbox":
        for await (const { bytes: message, isWhole } of splitMbox([bytes])) {
          if (isWhole) await this.#takeMail(message, label, depth);
          else if (mentionsReport(message)) this.#refusals.add("too-large");
        }
        return;
      case "other":
        if (label.isClaimed) this.#refusals.add("not-known");
    }
  }

  async #takeGzip(bytes: Uint8Array, label: Label, depth: number): Promise<void> {
    const unpacked =
      depth === 0 && this.#unpacked !== null
        ? { ok: true as const, value: this.#unpacked }
        : gunzip(bytes, this.#allowance);
    if (!unpacked.ok) {
      if (label.isClaimed || label.isFile) this.#refusals.add(unpacked.reason);
    } else if (sniff(unpacked.value) === "json") this.#add(unpacked.value, bytes, label);
    else await this.take(unpacked.value, label, depth + 1);
  }

  async #takeZip(bytes: Uint8Array, label: Label, depth: number): Promise<void> {
    const unpacked = unzip(bytes, this.#allowance);
    if (!unpacked.ok) {
      if (label.isClaimed || label.isFile) this.#refusals.add(unpacked.reason);
      return;
    }
    const before = this.#wrapping;
    this.#wrapping = [...before, "zip-archive"];
    for (const { name, bytes: content } of unpacked.value) {
      const isClaimed = label.isClaimed || isReportName(name);
      await this.take(content, { ...label, name: name.slice(-512), isClaimed }, depth + 1);
    }
    this.#wrapping = before;
  }

  async #takeMail(message: Uint8Array, label: Label, depth: number): Promise<void> {
    if (!this.#allowance.takesMail(parseCost(message))) {
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
    const [outerMail, outerWrapping] = [this.#mail, this.#wrapping];
    const submitter = head.submitter ?? head.fromDomain;
    this.#mail = { head, carrying: { message, submitter, receivedAt: head.receivedAt } };
    this.#wrapping = mailDeviations(head);
    for (const part of head.parts) await this.#takePart(part, isClaimed, depth);
    this.#mail = outerMail;
    this.#wrapping = outerWrapping;
    const isEmpty = this.#candidates.length + this.#refusals.size === found;
    if (isEmpty && isClaimed) this.#refusals.add("mail-without-report");
    const carriesAny = this.#candidates.some(({ mail }) => mail?.message === message);
    if (carriesAny && hasLooseBase64(message)) this.#noteLoose(message);
  }

  #takePart(part: MailPart, isMailClaimed: boolean, depth: number): Promise<void> {
    const isReport = part.mediaType.startsWith("application/tlsrpt") || isReportName(part.name);
    // Beside the report there are a text, a logo, and what gateways add.
    const isClaimed = isReport || (isMailClaimed && isPackable(part));
    const label = { name: part.name, mediaType: part.mediaType, isClaimed, isFile: false };
    return this.take(part.bytes, label, depth + 1);
  }

  #add(json: Uint8Array, gzip: Uint8Array | null, label: Label): void {
    const head = this.#mail?.head ?? null;
    this.#candidates.push({
      json,
      gzip,
      hints: {
        name: label.name,
        subjectId: head?.subjectId ?? null,
        domain: head?.domain ?? null,
        wrapping: [...this.#wrapping, ...labelDeviations(label, gzip !== null)],
      },
      isClaimed: label.isClaimed,
      mail: this.#mail?.carrying ?? null,
    });
  }

  #noteLoose(message: Uint8Array): void {
    for (const [index, one] of this.#candidates.entries()) {
      if (one.mail?.message !== message) continue;
      const wrapping = [...one.hints.wrapping, "base64-loose" as const];
      this.#candidates[index] = { ...one, hints: { ...one.hints, wrapping } };
    }
  }
}

function claimsReport(mail: Mail): boolean {
  return (
    mail.isReport ||
    mail.domain !== null ||
    mail.submitter !== null ||
    mail.parts.some(
      ({ name, mediaType }) => mediaType.startsWith("application/tlsrpt") || isReportName(name),
    )
  );
}

function isPackable({ name, mediaType }: MailPart): boolean {
  return (
    /\.(json|gz|zip)$/i.test(name) ||
    /^application\/(json|gzip|x-gzip|zip|x-zip-compressed|octet-stream)$/.test(mediaType)
  );
}

/** Whether the head of a mail that cannot be parsed speaks of a report. */
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

/** Holds the media type and the name against what is there. @see RFC 8460 §5.1, §6.4, §6.5 */
function labelDeviations({ name, mediaType }: Label, isGzip: boolean): DeviationCode[] {
  const found: DeviationCode[] = [];
  const registered = /^application\/tlsrpt\+(gzip|json)$/.exec(mediaType ?? "")?.[1];
  if (mediaType !== null && registered === undefined) found.push("label-unregistered");
  const ending = /\.(json|gz|zip)$/i.exec(name)?.[1]?.toLowerCase();
  const byName = ending === undefined ? null : ending === "gz" ? "gzip" : ending;
  const is = isGzip ? "gzip" : "json";
  if (registered !== undefined && registered !== is) found.push("label-not-content");
  else if (byName !== null && byName !== is) found.push("label-not-content");
  return found;
}
