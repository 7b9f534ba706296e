/** For verbs that write nothing but the lock: takes the site, reads the lock, writes what the verb makes of it. */
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { takeSite } from "../../runtime/site-mutex.ts";
import { formatLock } from "../lock/lock-text.ts";
import type { Lock } from "../lock/lock.ts";
import { loadLock } from "../load/load-site.ts";
import { siteRoot } from "../../cli/site-root.ts";
import { describe } from "../../runtime/system-error.ts";
import { replaceLock } from "./lock-file.ts";
import { expected } from "./write-diagnostic.ts";

export interface LockChange<T> {
  readonly lock: Lock;
  readonly result: T;
}

/** `site` is the value of `--site`. Returns what `change` made, or why nothing was written. `change` gives diagnostics to refuse. */
export function changeLock<T>(
  site: string | null,
  change: (lock: Lock) => LockChange<T> | readonly Diagnostic[],
): T | readonly Diagnostic[] {
  const root = siteRoot(site);
  if (typeof root !== "string") return [root];
  let taken;
  try {
    taken = takeSite(root);
  } catch (error) {
    return [diagnostic("site/cannot-write", { path: ".stspress", detail: describe(error) })];
  }
  if ("pid" in taken) return [diagnostic("site/busy", taken)];
  try {
    const { lock, merged, text, diagnostics } = loadLock(root);
    if (lock === null) return diagnostics;
    if (merged) return [diagnostic("lock/unmerged", {})];
    const made = change(lock);
    if (!("lock" in made)) return made;
    const next = formatLock(made.lock);
    if (next !== text) replaceLock(root, next);
    return made.result;
  } catch (error) {
    const told = expected(error);
    if (told === null) throw error;
    return [told];
  } finally {
    taken.release();
  }
}
