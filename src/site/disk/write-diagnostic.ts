import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { describe } from "../../runtime/system-error.ts";
import { TemplateError } from "../templates.ts";
import { NotAFolder, WriteFailed } from "./file-writer.ts";

/** The diagnostic of an error that a user can mend; null for a bug. */
export function expected(error: unknown): Diagnostic | null {
  if (error instanceof TemplateError) return error.diagnostic;
  if (error instanceof NotAFolder) return diagnostic("site/dist-link", { path: error.path });
  if (error instanceof WriteFailed) {
    const detail = describe(error.cause);
    return diagnostic("site/cannot-write", { path: error.path, detail });
  }
  return null;
}
