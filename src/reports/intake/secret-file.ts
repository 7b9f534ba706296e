/** A secret that stands in a file of its own. */
import fs from "node:fs";
import { isWindows } from "../../runtime/this-process.ts";

/** Octets that a password may have. */
const maxBytes = 4096;

/**
 * Reads the first line of a file that nobody but its owner may read. @throws the system's errors, and an
 * Error with a message for people where others may read it or it is empty
 */
export function readSecretFile(file: string): string {
  const handle = fs.openSync(file, "r");
  try {
    const { mode, size } = fs.fstatSync(handle);
    // What a pipe or a container's secret mount has for a mode says nothing on Windows.
    if (!isWindows && (mode & 0o077) !== 0) {
      throw new Error("others may read it; run chmod 600 on it");
    }
    if (size > maxBytes) throw new Error("it is too large for a password");
    const [line = ""] = fs.readFileSync(handle, "utf8").split(/\r?\n/);
    if (line === "") throw new Error("it is empty");
    return line;
  } finally {
    fs.closeSync(handle);
  }
}
