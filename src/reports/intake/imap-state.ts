/** How far each mailbox was read, so that the next run continues there: a file beside the journal. */
import fs from "node:fs";
import { replaceFile } from "../../runtime/atomic-file.ts";
import { codeOf } from "../../runtime/system-error.ts";

/** How far one mailbox was read. */
export interface MailboxState {
  /** UIDs are valid only together with it. */
  readonly uidValidity: string;
  /** Every mail up to this one has been read, and its reports are in the journal. */
  readonly lastUid: number;
  /** Mails whose signature could not be checked, and how often that was tried. They are read again. */
  readonly again: Readonly<Record<string, number>>;
}

const version = 1;

/** Reads the state of a mailbox; null: it is missing or unreadable. */
export function readMailboxState(file: string, mailbox: string): MailboxState | null {
  return readAll(file).get(mailbox) ?? null;
}

/** Writes the state of a mailbox, and keeps those of others. @throws the system's errors */
export function writeMailboxState(file: string, mailbox: string, state: MailboxState): void {
  const all = readAll(file).set(mailbox, state);
  const mailboxes = Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
  replaceFile(file, `${JSON.stringify({ version, mailboxes }, null, 2)}\n`);
}

function readAll(file: string): Map<string, MailboxState> {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    // Lost or damaged: the mailbox is read from its beginning, and known reports are duplicates.
    if (error instanceof SyntaxError || codeOf(error) === "ENOENT") return new Map();
    throw error;
  }
  if (!isRecord(value) || value["version"] !== version || !isRecord(value["mailboxes"])) {
    return new Map();
  }
  const states = Object.entries(value["mailboxes"]);
  return new Map(states.flatMap(([name, state]) => (isState(state) ? [[name, state]] : [])));
}

function isState(value: unknown): value is MailboxState {
  return (
    isRecord(value) &&
    typeof value["uidValidity"] === "string" &&
    Number.isSafeInteger(value["lastUid"]) &&
    isRecord(value["again"]) &&
    Object.values(value["again"]).every((tries) => Number.isSafeInteger(tries))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
