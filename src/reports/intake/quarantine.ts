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

/** Each is kept once, under the digest of its octets, and on the disk before `put` returns. */
export class Quarantine {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps octets, and why; gives the name of the file. `extension` is without a dot. @throws the system's errors */
  put(bytes: Uint8Array, extension: string, about: Quarantined): string {
    fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const digest = crypto.hash("sha256", bytes, "hex").slice(0, 32);
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

  /** How many there are. */
  count(): number {
    try {
      return fs.readdirSync(this.#folder).filter((name) => name.endsWith(".reason.json")).length;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return 0;
      throw error;
    }
  }

  #write(name: string, bytes: Uint8Array): void {
    const file = path.join(this.#folder, name);
    if (fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
    const temporary = `${file}.${String(ownPid)}-${crypto.randomBytes(4).toString("hex")}`;
    fs.writeFileSync(temporary, bytes, { flag: "wx", mode: 0o600, flush: true });
    fs.renameSync(temporary, file);
  }
}
