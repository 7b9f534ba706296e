/** The bytes of one file, mail or request → reports that are ready for journal and store, or why not. */
import zlib from "node:zlib";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import type { NewReport } from "../new-report.ts";
import type { JournalRecord } from "../journal/journal.ts";
import { unwrap, unwrapGzipJson, type Candidate, type CarryingMail } from "./unwrap.ts";
import { parseReport } from "./parse-report.ts";
import type { Verification } from "../../mail/dkim/verification.ts";
import type { Arrival } from "../arrival.ts";

/** A report, parsed, and as it came. */
export interface ReadyReport {
  readonly report: NewReport;
  readonly record: JournalRecord;
}

/** Without reports and refusals, the source is not a report and does not claim to be one. */
export interface IntakeResult {
  readonly ready: readonly ReadyReport[];
  /** Each once. */
  readonly refusals: readonly Refusal[];
}

/** The reports of a source, parsed and not yet verified. */
export interface ParsedSource {
  readonly found: readonly FoundReport[];
  readonly refusals: readonly Refusal[];
  /** About how many bytes of memory it takes. */
  readonly memory: number;
}

interface FoundReport extends ReadyReport {
  /** The mail that brought it; null: none. */
  readonly mail: CarryingMail | null;
}

/** Verifies that a mail comes from its submitter; `at` is when it was received. */
export type Verify = (
  message: Uint8Array,
  submitter: string | null,
  at: number,
) => Promise<Verification>;

/** What all sources of one intake share. */
export interface IntakeContext {
  /** Unix seconds. */
  readonly now: number;
  /** Null: signatures are not checked. */
  readonly verify: Verify | null;
  /** The arrival of a report that no mail brought; one object for all of them. */
  readonly fileArrival: Arrival;
}

/** Makes the context of an intake. */
export function intakeContext(now: number, verify: Verify | null): IntakeContext {
  const verification: Verification = { verdict: "unverifiable", signer: null, detail: "" };
  const fileArrival: Arrival = { via: "file", receivedAt: now, submitter: null, verification };
  return { now, verify, fileArrival };
}

/** Mails within one source that are verified: each may wait for DNS, and a source may hold thousands. */
const maxVerified = 4;
const unverified: Verification = {
  verdict: "not-checked",
  signer: null,
  detail: "it came with too many other mails",
};

/** Bytes of memory that a report's objects take per character of its text. */
const memoryPerCharacter = 4;

/** Unwraps, parses and verifies. Never rejects. */
export async function intakeSource(
  bytes: Uint8Array,
  name: string,
  context: IntakeContext,
): Promise<IntakeResult> {
  return verifySource(await parseSource(bytes, name, context), context);
}

/** Unwraps a source and parses the reports in it. Never rejects. */
export async function parseSource(
  bytes: Uint8Array,
  name: string,
  context: IntakeContext,
): Promise<ParsedSource> {
  const { candidates, refusals } = await unwrap(bytes, name);
  const parser = new SourceParser(bytes, context, refusals);
  const left = [...candidates].reverse();
  // Each is released before the next is parsed: together they may be large.
  for (let next = left.pop(); next !== undefined; next = left.pop()) parser.add(next);
  return parser.finish();
}

/** The same, synchronously, of a gzip file whose content is known already; null: the content is not JSON. */
export function parseGzipJson(
  bytes: Uint8Array,
  name: string,
  context: IntakeContext,
  unpacked: Buffer,
): ParsedSource | null {
  const candidate = unwrapGzipJson(bytes, name, unpacked);
  if (candidate === null) return null;
  const parser = new SourceParser(bytes, context, []);
  parser.add(candidate);
  return parser.finish();
}

class SourceParser {
  readonly #context: IntakeContext;
  readonly #found: FoundReport[] = [];
  readonly #refusals: Set<Refusal>;
  #memory: number;

  constructor(bytes: Uint8Array, context: IntakeContext, refusals: readonly Refusal[]) {
    this.#context = context;
    this.#refusals = new Set(refusals);
    this.#memory = bytes.length;
  }

  add(candidate: Candidate): void {
    const { json, hints, mail } = candidate;
    const arrival = arrivalOf(mail, this.#context);
    const parsed = parseReport(json, arrival, hints, this.#context.now);
    if (!parsed.ok) {
      if (parsed.isClaimed || candidate.isClaimed) this.#refusals.add(parsed.reason);
      return;
    }
    const { report } = parsed;
    const gzip = candidate.gzip ?? zlib.gzipSync(json);
    this.#found.push({ report, record: { arrival, hints, gzip }, mail });
    this.#memory += gzip.length + report.text.length * memoryPerCharacter;
  }

  finish(): ParsedSource {
    return { found: this.#found, refusals: [...this.#refusals], memory: this.#memory };
  }
}

/** Verifies the mails that brought reports, and no others: a mailbox may be full of other mail. Never rejects. */
export async function verifySource(
  { found, refusals }: ParsedSource,
  { verify }: IntakeContext,
): Promise<IntakeResult> {
  const verified = new Map<CarryingMail, Verification>();
  const ready: ReadyReport[] = [];
  for (const one of found) {
    const { report, record, mail } = one;
    if (mail === null || verify === null) {
      ready.push(one);
      continue;
    }
    const verification =
      verified.get(mail) ??
      (verified.size < maxVerified
        ? await verify(mail.message, mail.submitter, record.arrival.receivedAt)
        : unverified);
    verified.set(mail, verification);
    const arrival = { ...record.arrival, verification };
    ready.push({ ...one, report: { ...report, arrival }, record: { ...record, arrival } });
  }
  return { ready, refusals };
}

/** The first day of 2016: a mail that claims to be older has a wrong clock. */
const earliest = 1_451_606_400;

function arrivalOf(mail: CarryingMail | null, { now, fileArrival }: IntakeContext): Arrival {
  if (mail === null) return fileArrival;
  const receivedAt = mail.receivedAt ?? now;
  return {
    via: "mail",
    receivedAt: receivedAt < earliest || receivedAt > now ? now : receivedAt,
    submitter: mail.submitter,
    verification: { verdict: "not-checked", signer: null, detail: "" },
  };
}
