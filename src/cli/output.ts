/** How every verb prints: results on stdout, diagnostics on stderr for people, or as data or annotations when asked. */
import { severityOf } from "../diagnostics/catalogue.ts";
import { compareDiagnostics, type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Context } from "./context.ts";
import { jsonVersion, type Format } from "./format.ts";
import { githubAnnotation } from "./github.ts";
import { wantsColour, type Io } from "./io.ts";
import { diagnosticToJson } from "./json.ts";
import { countDiagnostics, formatDiagnostic } from "./text.ts";

/** Whether one of them is an error. */
export function hasErrors(found: readonly Diagnostic[]): boolean {
  return found.some((one) => severityOf(one.code) === "error");
}

/** What a verb prints: `json` where JSON is asked for, `text` for people. */
export interface Output {
  readonly diagnostics?: readonly Diagnostic[];
  readonly json: object;
  readonly text: () => string;
}

/** Prints a verb's result and its diagnostics in the format that was asked for. */
export function printResult({ format, io }: Context, output: Output): void {
  const { diagnostics = [], json, text } = output;
  printDiagnostics(diagnostics, format, io, json);
  if (format === "text") io.out(text());
}

/** Prints diagnostics in order. In JSON they are part of the verb's result, the rest of which is `result`. */
export function printDiagnostics(
  found: readonly Diagnostic[],
  format: Format,
  io: Io,
  result: object = {},
): void {
  const sorted = [...found].sort(compareDiagnostics);
  if (format === "json" || format === "jsonl") {
    const whole = { version: jsonVersion, ...result, diagnostics: sorted.map(diagnosticToJson) };
    io.out(`${JSON.stringify(whole, null, format === "json" ? 2 : 0)}\n`);
  } else if (format === "github") {
    for (const one of sorted) io.out(githubAnnotation(one));
  } else {
    const options = { colour: wantsColour(io, io.errIsTerminal) };
    io.err(sorted.map((one) => formatDiagnostic(one, options)).join("\n"));
    const counted = countDiagnostics(sorted);
    if (counted !== "") io.err(`${sorted.length > 0 ? "\n" : ""}${counted}\n`);
  }
}
