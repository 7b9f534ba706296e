/** Replaces one file so that a reader, or a crash, sees the old one or the new one, never a part. */
import fs from "node:fs";

/**
 * Writes through to the disk before the rename. For one process at a time: see site-mutex.ts.
 * Errors: the system's.
 */
export function replaceFile(file: string, content: string): void {
  // Always the same name, so that what a killed build left is gone with the next; never through a link.
  const temp = `${file}.tmp`;
  try {
    fs.rmSync(temp, { force: true });
    const handle = fs.openSync(temp, "wx");
    try {
      fs.writeFileSync(handle, content);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temp, file);
  } catch (error) {
    fs.rmSync(temp, { force: true });
    throw error;
  }
}
