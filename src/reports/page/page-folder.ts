/**
 * The folder of the reports page, `.stspress/reports/page/`. It is made anew beside the old one and takes
 * its place by rename, so that no page of another day and no customer who left stays in it. For one
 * process at a time: whoever writes it has the store open, which only one can have.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { replaceFile } from "../../runtime/atomic-file.ts";
import { makeReportFolders } from "../intake/report-folders.ts";

export class PageFolder {
  readonly #final: string;
  readonly #new: string;
  readonly #old: string;
  readonly #folders = new Set<string>();

  /** Removes what a killed process left. Errors: the system's. */
  constructor(siteRoot: string) {
    this.#final = pageFolder(siteRoot);
    this.#new = `${this.#final}.new`;
    this.#old = `${this.#final}.old`;
    this.discard();
    remove(this.#old);
    fs.mkdirSync(this.#new);
  }

  /** Adds a file; nobody sees it yet. Errors: the system's. */
  write(file: string, content: string): void {
    const full = path.join(this.#new, file);
    const folder = path.dirname(full);
    if (!this.#folders.has(folder)) fs.mkdirSync(folder, { recursive: true });
    this.#folders.add(folder);
    fs.writeFileSync(full, content, { flag: "wx" });
  }

  /** Lets it take the old one's place. No rename replaces a full folder, so for a moment there is none. */
  publish(): string {
    try {
      fs.renameSync(this.#final, this.#old);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    }
    fs.renameSync(this.#new, this.#final);
    remove(this.#old);
    return this.#final;
  }

  /** Removes what was written and not published. */
  discard(): void {
    remove(this.#new);
  }
}

/**
 * Writes one file into the page's folder as it is, whole or not at all, and gives its path. The next
 * whole page takes it away. Errors: the system's, and one with code `ENOTDIR` for a link.
 */
export function writeIntoPage(siteRoot: string, file: string, content: string): string {
  let folder = pageFolder(siteRoot);
  const full = path.join(folder, file);
  for (const name of [...path.dirname(file).split("/"), ""]) {
    fs.mkdirSync(folder, { recursive: true });
    if (!fs.lstatSync(folder).isDirectory()) {
      throw Object.assign(new Error(`${folder} is a link`), { code: "ENOTDIR" });
    }
    folder = path.join(folder, name);
  }
  replaceFile(full, content);
  return full;
}

/** A text that nobody can guess, safe in an attribute. */
export function makeNonce(): string {
  return randomBytes(16).toString("base64url");
}

function pageFolder(siteRoot: string): string {
  return path.join(path.dirname(makeReportFolders(siteRoot).journal), "page");
}

/** A link is removed, not what it leads to. */
function remove(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
}
