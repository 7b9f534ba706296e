/** Names this very program, so that nothing that another version kept is believed. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

let fingerprint: string | undefined;

/** Names the program by its files' names, sizes and times: another version may understand a file differently. */
export function programFingerprint(): string {
  if (fingerprint === undefined) {
    const folder = path.dirname(fileURLToPath(import.meta.url));
    const hash = crypto.createHash("sha1");
    for (const name of fs.readdirSync(folder).sort()) {
      const stat = fs.statSync(path.join(folder, name));
      if (stat.isFile()) hash.update(`${name} ${String(stat.size)} ${String(stat.mtimeMs)}\n`);
    }
    fingerprint = hash.digest("hex");
  }
  return fingerprint;
}
