/** For verbs that judge one text: a file that was named, or standard input. */
import fs from "node:fs";
import { diagnostic, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Io } from "./io.ts";
import { describe } from "../runtime/system-error.ts";

/** Reads a file, or standard input for `-`; the diagnostic when it cannot be read. */
export async function readOperand(file: string, io: Io): Promise<Uint8Array | Diagnostic> {
  try {
    return file === "-" ? await io.readStdin() : fs.readFileSync(file);
  } catch (error) {
    const detail = describe(error);
    return diagnostic("site/unreadable", { path: file.slice(0, 200), detail });
  }
}
