/** A mailbox → the journal: group by group, so that it can be killed anywhere and go on where it was. */
import type { MailboxState } from "./imap-state.ts";
import {
  maxFetchedMailBytes,
  type Mailbox,
  type MailOutline,
  type MailMark,
} from "../../mail/imap/imap.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import type { ReadyReport, TakenIn } from "./take-in.ts";

/** What fetching needs of the world. */
export interface FetchPorts {
  readonly mailbox: Mailbox;
  readonly mark: MailMark;
  /** Unwraps, reads and verifies one mail. `receivedAt` is what the server says, Unix seconds. */
  readonly takeIn: (bytes: Uint8Array, receivedAt: number | null) => Promise<TakenIn>;
  /** Resolves when the reports are safely on the disk. */
  readonly keep: (reports: readonly ReadyReport[]) => Promise<void>;
  /** Keeps a mail that claims to be a report and cannot be read: on the disk when it returns. */
  readonly quarantine: (bytes: Uint8Array, uid: number, reasons: readonly Refusal[]) => void;
  readonly saveState: (state: MailboxState) => void;
  readonly show: (done: number, total: number) => void;
}

/** A mail that claims to be a report and cannot be read. */
export interface QuarantinedMail {
  readonly uid: number;
  readonly reasons: readonly Refusal[];
  /** One that is too large is not copied; it stays where it is. */
  readonly isCopied: boolean;
}

export interface Fetched {
  readonly quarantined: readonly QuarantinedMail[];
  readonly notReports: number;
  /** UIDs of mails whose signature could not be checked: the next run tries again. */
  readonly unchecked: readonly number[];
}

/** How often a signature is tried that could not be checked, and how many mails wait for that. */
const maxTries = 5;
const maxWaiting = 5000;

/** Mails that are unpacked at once: they wait for the DNS together, and a small one may become large. */
const mailsAtOnce = 4;
/** Characters of reports that are in memory before they are written down. */
const maxWeight = 4 * 1024 * 1024;

interface TakenMail {
  readonly uid: number;
  readonly bytes: Uint8Array;
  readonly taken: TakenIn;
}

/**
 * Takes in what came since the last run: for each group the journal, then the mark, then the state. What
 * is killed in between is taken once more by the next run, and is a duplicate then.
 * @throws ImapProblem, and the system's errors
 */
export async function fetchMail(ports: FetchPorts, before: MailboxState | null): Promise<Fetched> {
  const { mailbox } = ports;
  const { uidValidity } = mailbox;
  // With another validity the UIDs name other mails.
  const known = before?.uidValidity === uidValidity ? before : null;
  const run = new Run(ports, known ?? { uidValidity, lastUid: 0, again: {} });
  const waiting = Object.keys(run.state.again).map(Number);
  const fresh = await mailbox.uidsAfter(run.state.lastUid);
  run.total = waiting.length + fresh.length;
  for await (const { outlines } of mailbox.outlines(waiting)) await run.take(outlines);
  for await (const { outlines, lastUid } of mailbox.outlines(fresh)) {
    await run.take(outlines);
    run.save({ lastUid });
  }
  run.forget(waiting);
  return run.fetched;
}

class Run {
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

  /** Takes mails in, in the order of their UIDs. */
  async take(outlines: readonly MailOutline[]): Promise<void> {
    const fitting: MailOutline[] = [];
    for (const outline of outlines) {
      if (!outline.mayHoldReport) this.fetched.notReports += 1;
      else if (outline.size <= maxFetchedMailBytes) fitting.push(outline);
      else this.#refuseLarge(outline);
      this.#seen.add(outline.uid);
    }
    for await (const mails of this.#ports.mailbox.mails(fitting)) {
      // A server may have told a smaller size than there is.
      const large = mails.filter(({ bytes }) => bytes.length > maxFetchedMailBytes);
      for (const { outline } of large) this.#refuseLarge(outline);
      await this.#takeGroup(mails.filter((mail) => !large.includes(mail)));
    }
    this.#ports.show(this.#seen.size, this.total);
  }

  /** Forgets mails that waited and have gone. */
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

  async #takeGroup(
    mails: readonly { readonly outline: MailOutline; readonly bytes: Uint8Array }[],
  ): Promise<void> {
    let taken: TakenMail[] = [];
    for (let at = 0; at < mails.length; at += mailsAtOnce) {
      const some = mails.slice(at, at + mailsAtOnce).map(async ({ outline, bytes }) => ({
        uid: outline.uid,
        bytes,
        taken: await this.#ports.takeIn(bytes, outline.receivedAt),
      }));
      taken.push(...(await Promise.all(some)));
      if (weightOf(taken) < maxWeight) continue;
      await this.#finish(taken);
      taken = [];
    }
    if (taken.length > 0) await this.#finish(taken);
  }

  /** The journal, the mark, the state. */
  async #finish(all: readonly TakenMail[]): Promise<void> {
    await this.#ports.keep(all.flatMap(({ taken }) => taken.ready));
    const done: number[] = [];
    const again = new Map(Object.entries(this.state.again));
    for (const { uid, bytes, taken } of all) {
      const { ready, refusals } = taken;
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

/** Characters of its reports. */
function weightOf(mails: readonly TakenMail[]): number {
  return mails
    .flatMap(({ taken }) => taken.ready)
    .reduce((sum, { report }) => sum + report.text.length, 0);
}

function isUnchecked({ record }: ReadyReport): boolean {
  return record.arrival.verification.verdict === "not-checked";
}

function without(
  again: MailboxState["again"],
  uids: readonly number[],
): Readonly<Record<string, number>> {
  const gone = new Set(uids.map(String));
  return Object.fromEntries(Object.entries(again).filter(([uid]) => !gone.has(uid)));
}
