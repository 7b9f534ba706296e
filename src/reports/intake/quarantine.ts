/**
 * The quarantine: what claims to be a report and cannot be read waits here with the reason, for a person
 * or for a later version of the program.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { codeOf } from "../../runtime/system-error.ts";
import { ownPid } from "../../runtime/this-process.ts";

/** Something that could not be read. */
export interface Quarantined {
  /** Codes of refusal.ts. */
  readonly reasons: readonly string[];
  /** The same in words, for whoever opens the file. */
  readonly why: string;
  /** Where it came from: a path, a mailbox and the number of the mail in it, an address. */
  readonly source: string;
  /** Unix seconds. */
  readonly at: number;
}

/** With this many files, a new one from an untrusted client is not kept: anybody could fill the disk. */
export const maxUntrusted = 10_000;

/** Each file is kept once, under the digest of its bytes, and is on the disk before `put` returns. */
export class Quarantine {
  readonly #folder: string;
  /** How many there are, as far as this one knows; null: it was not counted yet. */
  #count: number | null = null;
  /** When the folder last changed, as of the count. */
  #countedMtimeMs = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps bytes, and why they cannot be read; gives the name of the file. `extension` is without a dot. @throws the system's errors */
  put(bytes: Uint8Array, extension: string, about: Quarantined): string {
    fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const digest = digestOf(bytes);
    const name = `${digest}.${extension}`;
    this.#write(`${digest}.reason.json`, Buffer.from(`${JSON.stringify(about, null, 2)}\n`));
    this.#write(name, bytes);
    const folder = fs.openSync(this.#folder, "r");
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
    return name;
  }

  /**
   * As {@link put}, for what untrusted clients send: gives null, and keeps nothing, if there are `max` files.
   * What is there already takes no space, however often it comes. @throws the system's errors
   */
  putUntrusted(
    bytes: Uint8Array,
    extension: string,
    about: Quarantined,
    max = maxUntrusted,
  ): string | null {
    const isNew = !this.#has(`${digestOf(bytes)}.reason.json`);
    if (isNew && this.#isFull(max)) return null;
    const name = this.put(bytes, extension, about);
    if (isNew && this.#count !== null) this.#count += 1;
    return name;
  }

  /** How many there are. */
  count(): number {
    try {
      return fs.readdirSync(this.#folder).filter((name) => name.endsWith(".reason.json")).length;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return 0;
      throw error;
    }
  }

  /** Counts on the disk at first, and again where it seems full and somebody has changed the folder since. */
  #isFull(max: number): boolean {
    if (this.#count !== null && this.#count < max) return false;
    const mtimeMs = fs.statSync(this.#folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (this.#count === null || mtimeMs !== this.#countedMtimeMs) {
      this.#count = this.count();
      this.#countedMtimeMs = mtimeMs;
    }
    return this.#count >= max;
  }

  #has(name: string): boolean {
    return fs.lstatSync(path.join(this.#folder, name), { throwIfNoEntry: false }) !== undefined;
  }

  #write(name: string, bytes: Uint8Array): void {
    if (this.#has(name)) return;
    const file = path.join(this.#folder, name);
    const temporary = `${file}.${String(ownPid)}-${crypto.randomBytes(4).toString("hex")}`;
    fs.writeFileSync(temporary, bytes, { flag: "wx", mode: 0o600, flush: true });
    fs.renameSync(temporary, file);
  }
}

function digestOf(bytes: Uint8Array): string {
  return crypto.hash("sha256", bytes, "hex").slice(0, 32);
}
