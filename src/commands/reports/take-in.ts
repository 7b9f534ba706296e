/** The octets of one file, mail or request → reports that are ready for journal and store, or why not. */
import zlib from "node:zlib";
import type { Refusal } from "../../reports/refusal.ts";
import type { Arrival, Verification } from "../../reports/report.ts";
import type { NewReport } from "../../reports/store-port.ts";
import type { JournalRecord } from "../../edge/reports/journal.ts";
import { unwrap, type Candidate, type CarryingMail } from "../../edge/reports/unwrap.ts";
import { ingest } from "./ingest.ts";

/** A report, read, and as it came. */
export interface ReadyReport {
  readonly report: NewReport;
  readonly record: JournalRecord;
}

/** With the JSON of the report, as the row has it. */
export interface ReadReport extends ReadyReport {
  readonly text: string;
}

/** With neither, there was no report in it, and nothing that says it is one. */
export interface TakenIn {
  readonly ready: readonly ReadReport[];
  /** Each once. */
  readonly refusals: readonly Refusal[];
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
const mostVerified = 4;
const unverified: Verification = {
  verdict: "not-checked",
  signer: null,
  detail: "it came with too many other mails",
};

/** Unwraps, reads and verifies; `unpacked` is what the octets are gzipped of, where that is known. Never rejects. */
export async function takeIn(
  bytes: Uint8Array,
  name: string,
  coming: Coming,
  unpacked: Buffer | null = null,
): Promise<TakenIn> {
  const { candidates, refusals } = await unwrap(bytes, name, unpacked);
  const refused = new Set(refusals);
  const ready: ReadReport[] = [];
  const verified = new Map<CarryingMail, Verification>();
  for (const candidate of candidates) {
    const arrival = arrivalOf(candidate, coming);
    const ingested = ingest(candidate.json, arrival, candidate.hints, coming.now);
    if (!ingested.ok) {
      if (ingested.isClaimed || candidate.isClaimed) refused.add(ingested.reason);
      continue;
    }
    const { mail } = candidate;
    let verification = arrival.verification;
    if (mail !== null && coming.verify !== null) {
      // Asked only for what is a report: a mailbox may be full of other mail.
      verification =
        verified.get(mail) ??
        (verified.size < mostVerified
          ? await coming.verify(mail.message, mail.submitter, arrival.receivedAt)
          : unverified);
      verified.set(mail, verification);
    }
    ready.push(readyOf(ingested, { ...arrival, verification }, candidate));
  }
  return { ready, refusals: [...refused] };
}

function readyOf(
  { report, text }: { report: NewReport; text: string },
  arrival: Arrival,
  candidate: Candidate,
): ReadReport {
  const { hints, json, gzip } = candidate;
  return {
    report: { ...report, arrival },
    record: { arrival, hints, gzip: gzip ?? zlib.gzipSync(json) },
    text,
  };
}

/** The first day of 2016: what claims to be older has no clock. */
const earliest = 1_451_606_400;

function arrivalOf({ mail }: Candidate, { via, now }: Coming): Arrival {
  if (mail === null) {
    const verification = { verdict: "unverifiable", signer: null, detail: "" } as const;
    return { via, receivedAt: now, submitter: null, verification };
  }
  const told = mail.receivedAt ?? now;
  return {
    via: "mail",
    receivedAt: told < earliest || told > now ? now : told,
    submitter: mail.submitter,
    verification: { verdict: "not-checked", signer: null, detail: "" },
  };
}
