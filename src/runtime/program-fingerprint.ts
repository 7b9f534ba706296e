/** Names this very program, so that nothing that another version kept is believed. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

let fingerprint: string | undefined;

/** Names the program that runs. */
export function programFingerprint(): string {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  fingerprint ??= fingerprintOf(folder, performance.timeOrigin);
  return fingerprint;
}

/**
 * Names the program of a folder by its files' names, sizes and times: another version may understand a
 * file differently. Where a file was replaced since `startedMs`, when a process began to read them, a part
 * of what runs there is the old one: then it gives a name that it never gives again, so that nobody
 * believes what that process keeps.
 */
export function fingerprintOf(folder: string, startedMs: number): string {
  const hash = crypto.createHash("sha1");
  for (const name of fs.readdirSync(folder).sort()) {
    // What a compilation is about to rename, and what it removed meanwhile, is no part of the program.
    if (name.startsWith(".")) continue;
    const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile() !== true) continue;
    hash.update(`${name} ${String(stat.size)} ${String(stat.mtimeMs)}\n`);
    if (stat.ctimeMs > startedMs) hash.update(crypto.randomUUID());
  }
  return hash.digest("hex");
}
