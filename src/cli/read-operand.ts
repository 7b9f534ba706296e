/** For verbs that judge one text: a file that was named, or standard input. */
import fs from "node:fs";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../diagnostics/result.ts";
import type { Io } from "./io.ts";
import { describe } from "../runtime/system-error.ts";

/** Reads a file, or standard input for `-`. */
export async function readOperand(file: string, io: Io): Promise<Result<Uint8Array>> {
  try {
    return success(file === "-" ? await io.readStdin() : fs.readFileSync(file));
  } catch (error) {
    const detail = describe(error);
    return failure(diagnostic("site/unreadable", { path: file.slice(0, 200), detail }));
  }
}
