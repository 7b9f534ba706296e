/** Names this very program, so that nothing that another version kept is believed. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

let fingerprint: string | undefined;

/**
 * Names the program by its files' names, sizes and times: another version may understand a file
 * differently. Where a file was replaced since this process began, part of the program that runs is the
 * old one: then the name is of this process alone, so that nobody else believes what it keeps.
 */
export function programFingerprint(): string {
  if (fingerprint === undefined) {
    const folder = path.dirname(fileURLToPath(import.meta.url));
    const hash = crypto.createHash("sha1");
    for (const name of fs.readdirSync(folder).sort()) {
      // What a compiler is about to rename, and what it removed meanwhile, is no part of the program.
      if (name.startsWith(".")) continue;
      const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
      if (stat?.isFile() !== true) continue;
      hash.update(`${name} ${String(stat.size)} ${String(stat.mtimeMs)}\n`);
      if (stat.ctimeMs > performance.timeOrigin) hash.update(crypto.randomUUID());
    }
    fingerprint = hash.digest("hex");
  }
  return fingerprint;
}
