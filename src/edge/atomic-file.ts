/** Replaces one file so that a reader, or a crash, sees the old one or the new one, never a part. */
import fs from "node:fs";

/** Writes through to the disk before the rename. Errors: the system's. */
export function replaceFile(file: string, content: string): void {
  const temp = `${file}.${String(process.pid)}.tmp`;
  try {
    const handle = fs.openSync(temp, "w");
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
