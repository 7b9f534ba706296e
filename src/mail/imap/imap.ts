/**
 * A mailbox on an IMAP server: reads its mail without changing it, and marks what was taken. Nothing here
 * deletes.
 */
import tls from "node:tls";
import { ImapFlow, type FetchMessageObject, type ImapFlowOptions } from "imapflow";
import { mayHoldReport, markerHeaders, type Outline } from "../mail-outline.ts";

export interface ImapOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  /** `plain` sends the password as it is: for a server on this machine only. */
  readonly security: "tls" | "starttls" | "plain";
  /** Certificates (PEM) to trust in addition to the usual ones, or null. */
  readonly ca: string | null;
  /** How long the server may be silent. */
  readonly timeoutMs: number;
  /** Opens the folder for reading only, so that nothing can be marked. */
  readonly readOnly: boolean;
}

/** How a mail that was taken is marked. A keyword changes nothing that people see. */
export type MailMark =
  | { readonly how: "none" }
  | { readonly how: "keyword" | "seen" | "flag" }
  | { readonly how: "move"; readonly folder: string };

/** The keyword of mail that was taken. */
const takenKeyword = "$StspressTaken";

/** One mail of the mailbox, without its text. */
export interface MailOutline extends Outline {
  readonly uid: number;
  /** In bytes, as the server says. */
  readonly size: number;
  /** When the server received it, Unix seconds; null: unknown. */
  readonly receivedAt: number | null;
}

export interface OutlineBatch {
  readonly outlines: readonly MailOutline[];
  /** The last UID that was asked for, whether its mail still exists or not. */
  readonly lastUid: number;
}

/** Why a server or a mailbox cannot be used: what is wrong, for people. */
export class ImapProblem extends Error {}

/** Bytes of the largest mail that is fetched: a report of 10 MB in base64. */
export const maxFetchedMailBytes = 16 * 1024 * 1024;

/** Mails whose outlines are asked for at once. */
const outlineBatch = 200;
/** Bytes of mail in memory at once; a larger mail is fetched alone. */
const fetchBatchBytes = 16 * 1024 * 1024;
const fetchBatchMails = 200;

export class Mailbox {
  readonly #client: ImapFlow;
  /** Changes when UIDs no longer mean what they did. */
  readonly uidValidity: string;
  /** Whether the server keeps keywords that it does not know. */
  readonly takesKeywords: boolean;

  private constructor(client: ImapFlow, uidValidity: string, takesKeywords: boolean) {
    this.#client = client;
    this.uidValidity = uidValidity;
    this.takesKeywords = takesKeywords;
  }

  /** Connects, logs in and opens the folder. @throws {@link ImapProblem} */
  static async open(options: ImapOptions): Promise<Mailbox> {
    const client = new ImapFlow(clientOptions(options));
    // The next command reports what goes wrong between two commands.
    client.on("error", () => undefined);
    try {
      await client.connect();
      const opened = await client.mailboxOpen(options.folder, { readOnly: options.readOnly });
      if (opened.readOnly === true && !options.readOnly) {
        throw new ImapProblem("the folder is read-only; use --mark none");
      }
      const takesKeywords = opened.permanentFlags?.has("\\*") ?? false;
      return new Mailbox(client, String(opened.uidValidity), takesKeywords);
    } catch (error) {
      client.close();
      throw problemOf(error);
    }
  }

  /** Checks that mail can be moved to a folder. @throws {@link ImapProblem} */
  async checkMove(folder: string): Promise<void> {
    // Without MOVE, mail would be copied and expunged, and with it what other clients marked as deleted.
    if (!this.#client.capabilities.has("MOVE")) {
      throw new ImapProblem("the server cannot move mail (RFC 6851); use another --mark");
    }
    const there = await this.#ask(() => this.#client.list());
    if (!there.some(({ path }) => path === folder)) {
      throw new ImapProblem(`the folder ${folder} does not exist; create it first`);
    }
  }

  /** UIDs greater than `uid`, in ascending order. @throws {@link ImapProblem} */
  async uidsAfter(uid: number): Promise<readonly number[]> {
    const range = `${String(uid + 1)}:*`;
    const found = await this.#ask(() => this.#client.search({ uid: range }, { uid: true }));
    if (!Array.isArray(found)) throw new ImapProblem("the server refused to search the folder");
    // `*` means the last mail even if its UID is lower.
    return found.filter((one) => one > uid).sort((a, b) => a - b);
  }

  /** Outlines of mails, in batches; mails that were removed meanwhile are left out. @throws {@link ImapProblem} */
  async *outlines(uids: readonly number[]): AsyncGenerator<OutlineBatch> {
    for (let at = 0; at < uids.length; at += outlineBatch) {
      const asked = uids.slice(at, at + outlineBatch);
      const range = asked.join(",");
      const query = { uid: true, size: true, internalDate: true, bodyStructure: true } as const;
      const found = await this.#ask(() =>
        this.#client.fetchAll(range, { ...query, headers: [...markerHeaders] }, { uid: true }),
      );
      const outlines = found.map(outlineOf).sort((one, other) => one.uid - other.uid);
      yield { outlines, lastUid: asked.at(-1) ?? 0 };
    }
  }

  /**
   * The mails themselves, unchanged, in groups that are small enough for memory.
   * @throws {@link ImapProblem}
   */
  async *mails(
    outlines: readonly MailOutline[],
  ): AsyncGenerator<readonly { readonly outline: MailOutline; readonly bytes: Uint8Array }[]> {
    for (const group of groupsOf(outlines)) {
      const byUid = new Map(group.map((one) => [one.uid, one]));
      const range = [...byUid.keys()].join(",");
      const most = Math.max(...group.map(({ size }) => size)) + 1024;
      const found = await this.#ask(() =>
        // A server that gave a wrong, smaller size cannot make this program use more memory.
        this.#client.fetchAll(range, { uid: true, source: { maxLength: most } }, { uid: true }),
      );
      // A server may answer in any order; how far the mailbox was read is recorded by UID.
      found.sort((one, other) => one.uid - other.uid);
      let mails: { readonly outline: MailOutline; readonly bytes: Uint8Array }[] = [];
      for (const { uid, source } of found) {
        const outline = byUid.get(uid);
        if (outline === undefined || source === undefined) continue;
        if (source.length < most) {
          mails.push({ outline, bytes: source });
          continue;
        }
        // Some servers only estimate the size: a mail that was cut off is fetched again as a whole. It is
        // a group of its own, because it may be large.
        yield mails;
        mails = [];
        const bytes = await this.#whole(uid);
        if (bytes !== null) yield [{ outline, bytes }];
      }
      yield mails;
    }
  }

  /** A mail whose size the server gave wrongly; null: it was removed meanwhile. */
  async #whole(uid: number): Promise<Uint8Array | null> {
    const maxLength = maxFetchedMailBytes + 1;
    const found = await this.#ask(() =>
      this.#client.fetchAll(String(uid), { uid: true, source: { maxLength } }, { uid: true }),
    );
    return found.find((one) => one.uid === uid)?.source ?? null;
  }

  /** Marks mails as taken. @throws {@link ImapProblem} */
  async mark(uids: readonly number[], mark: MailMark): Promise<void> {
    if (uids.length === 0 || mark.how === "none") return;
    const range = uids.join(",");
    const done = await this.#ask(async () => {
      if (mark.how === "move") {
        return (await this.#client.messageMove(range, mark.folder, { uid: true })) !== false;
      }
      return await this.#client.messageFlagsAdd(range, [flags[mark.how]], { uid: true });
    });
    if (!done) throw new ImapProblem("the server refused to mark the messages that were fetched");
  }

  async close(): Promise<void> {
    try {
      await this.#client.logout();
    } catch {
      // The connection is closed anyway.
    }
    this.#client.close();
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw problemOf(error);
    }
  }
}

const flags = { keyword: takenKeyword, seen: "\\Seen", flag: "\\Flagged" } as const;

function clientOptions(options: ImapOptions): ImapFlowOptions {
  const { host, port, user, password, security, ca, timeoutMs } = options;
  return {
    host,
    port,
    secure: security === "tls",
    doSTARTTLS: security === "starttls",
    auth: { user, pass: password },
    tls: {
      minVersion: "TLSv1.2",
      ...(ca === null ? {} : { ca: [...tls.rootCertificates, ca] }),
    },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Limits for a hostile server.
    maxLineLength: 1024 * 1024,
    maxLiteralSize: 2 * fetchBatchBytes,
    maxResponseSize: 3 * fetchBatchBytes,
  };
}

function outlineOf(message: FetchMessageObject): MailOutline {
  const { uid, size = 0, internalDate, bodyStructure, headers } = message;
  const time = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  return {
    uid,
    size,
    receivedAt: Number.isNaN(time) ? null : Math.floor(time / 1000),
    mayHoldReport: mayHoldReport(bodyStructure, headers),
  };
}

function* groupsOf(outlines: readonly MailOutline[]): Generator<readonly MailOutline[]> {
  let group: MailOutline[] = [];
  let size = 0;
  for (const outline of outlines) {
    const isFull = size + outline.size > fetchBatchBytes || group.length >= fetchBatchMails;
    if (isFull && group.length > 0) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(outline);
    size += outline.size;
  }
  if (group.length > 0) yield group;
}

/** Words an error of the server or the connection; may hold hostile text. */
function problemOf(error: unknown): ImapProblem {
  if (error instanceof ImapProblem) return error;
  const { authenticationFailed, responseText, code, message, mailboxMissing } = error as {
    readonly authenticationFailed?: boolean;
    readonly responseText?: string;
    readonly code?: string;
    readonly message?: string;
    readonly mailboxMissing?: boolean;
  };
  const said = responseText === undefined ? "" : `: ${responseText}`;
  if (authenticationFailed === true) return new ImapProblem(`the server refused the login${said}`);
  if (mailboxMissing === true) return new ImapProblem("the folder does not exist");
  const cause = code === undefined ? (message ?? "") : `${code} ${message ?? ""}`;
  return new ImapProblem(`${cause}${said}`, { cause: error });
}
