/** Reads a password from a file. */
import fs from "node:fs";
import { isWindows } from "../../runtime/this-process.ts";

const maxBytes = 4096;

/**
 * Reads the first line of a file that only its owner can read. @throws the system's errors, and an Error
 * with a message for the user where others can read it or it is empty
 */
export function readSecretFile(file: string): string {
  const handle = fs.openSync(file, "r");
  try {
    const { mode, size } = fs.fstatSync(handle);
    // On Windows the mode means nothing.
    if (!isWindows && (mode & 0o077) !== 0) {
      throw new Error("other users can read it; run chmod 600 on it");
    }
    if (size > maxBytes) throw new Error("it is too large for a password");
    const [line = ""] = fs.readFileSync(handle, "utf8").split(/\r?\n/);
    if (line === "") throw new Error("it is empty");
    return line;
  } finally {
    fs.closeSync(handle);
  }
}
