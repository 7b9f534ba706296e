/** For verbs that write nothing but the lock: takes the site, reads the lock, writes what the verb makes of it. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { openLock } from "../load/missing-lock.ts";
import { formatLock } from "../lock/lock-text.ts";
import type { Lock } from "../lock/lock.ts";
import { exclusively } from "./exclusive.ts";
import { replaceLock } from "./lock-file.ts";
import { expected } from "./write-diagnostic.ts";

export interface LockChange<T> {
  readonly lock: Lock;
  readonly result: T;
}

/** Writes the lock that `change` makes of the present one, and gives its result; where it fails, nothing is written. */
export function changeLock<T>(
  root: string,
  change: (lock: Lock) => Result<LockChange<T>>,
): Promise<Result<T>> {
  return exclusively(root, () => {
    const opened = openLock(root);
    if (!opened.ok) return opened;
    const { lock, merged, text } = opened.value;
    if (merged) return failure(diagnostic("lock/unmerged", {}));
    const made = change(lock);
    if (!made.ok) return made;
    const next = formatLock(made.value.lock);
    try {
      if (next !== text) replaceLock(root, next);
    } catch (error) {
      const told = expected(error);
      if (told === null) throw error;
      return failure(told);
    }
    return success(made.value.result);
  });
}
