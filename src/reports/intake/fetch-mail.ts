/** A mailbox → the journal, group by group, so that a run that was killed continues where it was. */
import type { MailboxState } from "./imap-state.ts";
import {
  maxFetchedMailBytes,
  type Mailbox,
  type MailOutline,
  type MailMark,
} from "../../mail/imap/imap.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import type { ReadyReport, IntakeResult } from "./intake-source.ts";

/** What fetching needs from outside. */
export interface FetchPorts {
  readonly mailbox: Mailbox;
  readonly mark: MailMark;
  /** Intake of one mail. `receivedAt` is when the server received it, Unix seconds. */
  readonly intake: (bytes: Uint8Array, receivedAt: number | null) => Promise<IntakeResult>;
  /** Resolves when the reports are safely on the disk. */
  readonly save: (reports: readonly ReadyReport[]) => Promise<void>;
  /** Copies a mail that claims to be a report and cannot be read. It is on the disk when this returns. */
  readonly quarantine: (bytes: Uint8Array, uid: number, reasons: readonly Refusal[]) => void;
  readonly saveState: (state: MailboxState) => void;
  readonly showProgress: (done: number, total: number) => void;
}

/** A mail that claims to be a report and cannot be read. */
export interface QuarantinedMail {
  readonly uid: number;
  readonly reasons: readonly Refusal[];
  /** A mail that is too large is not copied. */
  readonly isCopied: boolean;
}

export interface FetchResult {
  readonly quarantined: readonly QuarantinedMail[];
  readonly notReports: number;
  /** UIDs of mails whose signature could not be checked: the next run tries again. */
  readonly unchecked: readonly number[];
}

/** How often a signature that could not be checked is tried, and for how many mails. */
const maxTries = 5;
const maxWaiting = 5000;

/** Mails that are unwrapped at the same time: they wait for DNS together, and a small one may expand. */
const concurrentMails = 4;
/** Characters of reports that are in memory before they are saved. */
const maxCharacters = 4 * 1024 * 1024;

interface ReadMail {
  readonly uid: number;
  readonly bytes: Uint8Array;
  readonly result: IntakeResult;
}

/**
 * Reads the mails that came since the last run. For each group it writes the journal, then marks the mails,
 * then saves the state. If it is killed in between, the next run reads the group again and finds duplicates.
 * @throws ImapProblem, and the system's errors
 */
export async function fetchMail(
  ports: FetchPorts,
  before: MailboxState | null,
): Promise<FetchResult> {
  const { mailbox } = ports;
  const { uidValidity } = mailbox;
  // With another validity the UIDs name other mails.
  const known = before?.uidValidity === uidValidity ? before : null;
  const run = new FetchRun(ports, known ?? { uidValidity, lastUid: 0, again: {} });
  const waiting = Object.keys(run.state.again).map(Number);
  const fresh = await mailbox.uidsAfter(run.state.lastUid);
  run.total = waiting.length + fresh.length;
  for await (const { outlines } of mailbox.outlines(waiting)) await run.read(outlines);
  for await (const { outlines, lastUid } of mailbox.outlines(fresh)) {
    await run.read(outlines);
    run.save({ lastUid });
  }
  run.forget(waiting);
  return run.fetched;
}

class FetchRun {
  state: MailboxState;
  total = 0;
  readonly fetched = {
    quarantined: [] as QuarantinedMail[],
    notReports: 0,
    unchecked: [] as number[],
  };
  readonly #ports: FetchPorts;
  readonly #seen = new Set<number>();

  constructor(ports: FetchPorts, state: MailboxState) {
    this.#ports = ports;
    this.state = state;
  }

  /** Reads mails, in the order of their UIDs. */
  async read(outlines: readonly MailOutline[]): Promise<void> {
    const fitting: MailOutline[] = [];
    for (const outline of outlines) {
      if (!outline.mayHoldReport) this.fetched.notReports += 1;
      else if (outline.size <= maxFetchedMailBytes) fitting.push(outline);
      else this.#refuseLarge(outline);
      this.#seen.add(outline.uid);
    }
    for await (const mails of this.#ports.mailbox.mails(fitting)) {
      // The server may have given a smaller size than the mail has.
      const large = mails.filter(({ bytes }) => bytes.length > maxFetchedMailBytes);
      for (const { outline } of large) this.#refuseLarge(outline);
      await this.#readGroup(mails.filter((mail) => !large.includes(mail)));
    }
    this.#ports.showProgress(this.#seen.size, this.total);
  }

  /** Forgets mails that waited for another try and no longer exist. */
  forget(waiting: readonly number[]): void {
    const gone = waiting.filter((uid) => !this.#seen.has(uid));
    if (gone.length > 0) this.save({ again: without(this.state.again, gone) });
  }

  save(changes: Partial<MailboxState>): void {
    this.state = { ...this.state, ...changes };
    this.#ports.saveState(this.state);
  }

  #refuseLarge({ uid }: MailOutline): void {
    this.fetched.quarantined.push({ uid, reasons: ["too-large"], isCopied: false });
  }

  async #readGroup(
    mails: readonly { readonly outline: MailOutline; readonly bytes: Uint8Array }[],
  ): Promise<void> {
    let done: ReadMail[] = [];
    for (let at = 0; at < mails.length; at += concurrentMails) {
      const some = mails.slice(at, at + concurrentMails).map(async ({ outline, bytes }) => ({
        uid: outline.uid,
        bytes,
        result: await this.#ports.intake(bytes, outline.receivedAt),
      }));
      done.push(...(await Promise.all(some)));
      if (charactersOf(done) < maxCharacters) continue;
      await this.#finish(done);
      done = [];
    }
    if (done.length > 0) await this.#finish(done);
  }

  /** The journal, the mark, the state. */
  async #finish(all: readonly ReadMail[]): Promise<void> {
    await this.#ports.save(all.flatMap(({ result }) => result.ready));
    const done: number[] = [];
    const again = new Map(Object.entries(this.state.again));
    for (const { uid, bytes, result } of all) {
      const { ready, refusals } = result;
      if (refusals.length > 0) {
        this.#ports.quarantine(bytes, uid, refusals);
        this.fetched.quarantined.push({ uid, reasons: refusals, isCopied: true });
      } else if (ready.length === 0) {
        this.fetched.notReports += 1;
        continue;
      }
      const key = String(uid);
      const tries = (again.get(key) ?? 0) + 1;
      again.delete(key);
      if (!ready.some(isUnchecked)) done.push(uid);
      else {
        this.fetched.unchecked.push(uid);
        if (tries < maxTries && again.size < maxWaiting) again.set(key, tries);
        else done.push(uid);
      }
    }
    await this.#ports.mailbox.mark(done, this.#ports.mark);
    const lastUid = Math.max(this.state.lastUid, ...all.map(({ uid }) => uid));
    this.save({ lastUid, again: Object.fromEntries(again) });
  }
}

/** The characters in the reports of some mails. */
function charactersOf(mails: readonly ReadMail[]): number {
  return mails
    .flatMap(({ result }) => result.ready)
    .reduce((sum, { report }) => sum + report.text.length, 0);
}

function isUnchecked({ record }: ReadyReport): boolean {
  return record.arrival.verification.verdict === "not-checked";
}

function without(
  again: MailboxState["again"],
  uids: readonly number[],
): Readonly<Record<string, number>> {
  const removed = new Set(uids.map(String));
  return Object.fromEntries(Object.entries(again).filter(([uid]) => !removed.has(uid)));
}
