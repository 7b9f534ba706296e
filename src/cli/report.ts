/** How every verb tells its diagnostics: on stderr for people, as data or annotations when asked. */
import { severityOf } from "../diagnostics/catalogue.ts";
import { compareDiagnostics, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { githubAnnotation } from "./github.ts";
import { diagnosticToJson } from "./json.ts";
import { countDiagnostics, formatDiagnostic } from "./text.ts";
import { flag, textOption, wantsColour, type Arguments, type Io } from "./io.ts";

export type Format = "text" | "json" | "github";

/** The format that a verb was asked for. */
export function formatOf(args: Arguments): Format {
  if (flag(args, "json")) return "json";
  const format = textOption(args, "format");
  return format === "json" || format === "github" ? format : "text";
}

/** Whether one of them keeps the verb from its work. */
export function hasErrors(found: readonly Diagnostic[]): boolean {
  return found.some((one) => severityOf(one.code) === "error");
}

/**
 * Tells diagnostics in order. With `--json` they are part of the result, which the caller prints;
 * `result` is that result's own part.
 */
export function tell(found: readonly Diagnostic[], format: Format, io: Io, result: object): void {
  const sorted = [...found].sort(compareDiagnostics);
  if (format === "json") {
    const diagnostics = sorted.map(diagnosticToJson);
    io.out(`${JSON.stringify({ ...result, diagnostics }, null, 2)}\n`);
  } else if (format === "github") {
    for (const one of sorted) io.out(githubAnnotation(one));
  } else {
    const options = { colour: wantsColour(io, io.errIsTerminal) };
    io.err(sorted.map((one) => formatDiagnostic(one, options)).join("\n"));
    const counted = countDiagnostics(sorted);
    if (counted !== "") io.err(`${sorted.length > 0 ? "\n" : ""}${counted}\n`);
  }
}
