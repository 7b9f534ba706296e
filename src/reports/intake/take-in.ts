/** The octets of one file, mail or request → reports that are ready for journal and store, or why not. */
import zlib from "node:zlib";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import type { NewReport } from "../new-report.ts";
import type { JournalRecord } from "../journal/journal.ts";
import { unwrap, unwrapFile, type Candidate, type CarryingMail } from "./unwrap.ts";
import { ingest } from "./ingest.ts";
import type { Verification } from "../../mail/dkim/verification.ts";
import type { Arrival } from "../arrival.ts";

/** A report, read, and as it came. */
export interface ReadyReport {
  readonly report: NewReport;
  readonly record: JournalRecord;
}

/** With neither, there was no report in it, and nothing that says it is one. */
export interface TakenIn {
  readonly ready: readonly ReadyReport[];
  /** Each once. */
  readonly refusals: readonly Refusal[];
}

/** What was found in a source, read, and not verified yet. */
export interface Opened {
  readonly found: readonly FoundReport[];
  readonly refusals: readonly Refusal[];
  /** About the octets of memory that it takes. */
  readonly weight: number;
}

interface FoundReport extends ReadyReport {
  /** The mail that it came by. */
  readonly mail: CarryingMail | null;
}

/** Verifies that a mail comes from its submitter; `at` is when it was received. */
export type Verify = (
  message: Uint8Array,
  submitter: string | null,
  at: number,
) => Promise<Verification>;

/** How something comes. */
export interface Coming {
  /** What brought it, where it is no mail. */
  readonly via: "file" | "https";
  /** Unix seconds. */
  readonly now: number;
  /** Null: signatures are not looked at. */
  readonly verify: Verify | null;
}

/** Mails within one source that are verified: each may wait for the DNS, and a mail may hold thousands. */
const maxVerified = 4;
const unverified: Verification = {
  verdict: "not-checked",
  signer: null,
  detail: "it came with too many other mails",
};

/** Octets of memory that a report's objects take for each character that it has. */
const perCharacter = 4;

/** Unwraps, reads and verifies. Never rejects. */
export async function takeIn(bytes: Uint8Array, name: string, coming: Coming): Promise<TakenIn> {
  return verifyOpened(await open(bytes, name, coming), coming);
}

/**
 * Unwraps and reads; what was unwrapped is not kept. `unpacked` is what the octets are gzipped of, where
 * that is known. Never rejects.
 */
export async function open(
  bytes: Uint8Array,
  name: string,
  coming: Coming,
  unpacked: Buffer | null = null,
): Promise<Opened> {
  const { candidates, refusals } = await unwrap(bytes, name, unpacked);
  const opening = new Opening(bytes, coming, refusals);
  const left = [...candidates].reverse();
  // Each is let go before the next is read: together they may be large.
  for (let next = left.pop(); next !== undefined; next = left.pop()) opening.read(next);
  return opening.opened;
}

/** The same, at once, of a gzip file with JSON in it; null: it is something else. */
export function openFile(
  bytes: Uint8Array,
  name: string,
  coming: Coming,
  unpacked: Buffer,
): Opened | null {
  const candidate = unwrapFile(bytes, name, unpacked);
  if (candidate === null) return null;
  const opening = new Opening(bytes, coming, []);
  opening.read(candidate);
  return opening.opened;
}

class Opening {
  readonly #coming: Coming;
  readonly #found: FoundReport[] = [];
  readonly #refused: Refusal[];
  #weight: number;

  constructor(bytes: Uint8Array, coming: Coming, refusals: readonly Refusal[]) {
    this.#coming = coming;
    this.#refused = [...refusals];
    this.#weight = bytes.length;
  }

  get opened(): Opened {
    return { found: this.#found, refusals: this.#refused, weight: this.#weight };
  }

  read(candidate: Candidate): void {
    const { json, hints, mail } = candidate;
    const arrival = arrivalOf(candidate, this.#coming);
    const ingested = ingest(json, arrival, hints, this.#coming.now);
    if (!ingested.ok) {
      const { reason, isClaimed } = ingested;
      if ((isClaimed || candidate.isClaimed) && !this.#refused.includes(reason)) {
        this.#refused.push(reason);
      }
      return;
    }
    const { report } = ingested;
    const gzip = candidate.gzip ?? zlib.gzipSync(json);
    this.#found.push({ report, record: { arrival, hints, gzip }, mail });
    this.#weight += gzip.length + report.text.length * perCharacter;
  }
}

/** Verifies the mails that brought reports, and no others: a mailbox may be full of other mail. Never rejects. */
export async function verifyOpened(
  { found, refusals }: Opened,
  { verify }: Coming,
): Promise<TakenIn> {
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

/** The arrival of what comes by no mail is always the same. */
const withoutMail = new WeakMap<Coming, Arrival>();

/** The first day of 2016: what claims to be older has no clock. */
const earliest = 1_451_606_400;

function arrivalOf({ mail }: Candidate, coming: Coming): Arrival {
  const { via, now } = coming;
  if (mail === null) {
    let arrival = withoutMail.get(coming);
    if (arrival === undefined) {
      const verification = { verdict: "unverifiable", signer: null, detail: "" } as const;
      arrival = { via, receivedAt: now, submitter: null, verification };
      withoutMail.set(coming, arrival);
    }
    return arrival;
  }
  const told = mail.receivedAt ?? now;
  return {
    via: "mail",
    receivedAt: told < earliest || told > now ? now : told,
    submitter: mail.submitter,
    verification: { verdict: "not-checked", signer: null, detail: "" },
  };
}
