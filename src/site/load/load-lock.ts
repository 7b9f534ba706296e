/** stspress.lock on the disk → the lock. */
import { diagnostic, locate, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { parseLock } from "../lock/lock-text.ts";
import { emptyLock, type Lock } from "../lock/lock.ts";
import { readSiteFile } from "./site-files.ts";

export const lockName = "stspress.lock";

/** The lock of a site, as it lies on disk. */
export interface LoadedLock {
  /** null when it cannot be read, or there is an error in it. */
  readonly lock: Lock | null;
  readonly merged: boolean;
  /** null when there is no file. */
  readonly text: string | null;
  /** The format of the text; null when there is no file. */
  readonly version: number | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the lock. */
export function loadLock(root: string): LoadedLock {
  const read = readSiteFile(root, lockName);
  const none = { lock: null, merged: false, text: null, version: null };
  if (read === null) return { ...none, lock: emptyLock, diagnostics: [] };
  if (!read.ok) return { ...none, diagnostics: [...read.problems] };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(read.value);
  } catch {
    return { ...none, diagnostics: [diagnostic("lock/not-a-lock", {})] };
  }
  const parsed = parseLock(text, shortDigest);
  if (!parsed.ok) {
    const diagnostics = parsed.problems.map((found) => locate(lockName, text, found));
    return { ...none, text, diagnostics };
  }
  return { ...parsed.value, text, diagnostics: [] };
}
