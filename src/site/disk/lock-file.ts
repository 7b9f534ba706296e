/** stspress.lock on the disk, and the one before the last build. */
import path from "node:path";
import { replaceFile } from "../../runtime/atomic-file.ts";
import { lockName } from "../load/load-lock.ts";
import { previousLock } from "../load/missing-lock.ts";
import { formatLock } from "../lock/lock-text.ts";
import { emptyLock } from "../lock/lock.ts";
import { WriteFailed } from "./file-writer.ts";

/** Writes the lock. Errors: {@link WriteFailed}. */
export function replaceLock(root: string, text: string): void {
  try {
    replaceFile(path.join(root, lockName), text);
  } catch (error) {
    throw new WriteFailed(lockName, error);
  }
}

/** Keeps the lock of before, for `records --changed`. Errors: {@link WriteFailed}. */
export function rememberLock(root: string, text: string | null): void {
  try {
    replaceFile(path.join(root, previousLock), text ?? formatLock(emptyLock));
  } catch (error) {
    throw new WriteFailed(previousLock, error);
  }
}
