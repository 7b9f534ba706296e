/** Diagnostics as GitHub Actions annotations (workflow commands `::error file=…::…`). */
import { explain } from "../diagnostics/catalogue.ts";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.ts";
import { printable } from "./text.ts";
import type { Severity } from "../diagnostics/severity.ts";

/** What an annotation says, of whatever it is about. */
export interface Annotation {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix: string | null;
  readonly source: string | null;
}

/** Prints a diagnostic as one annotation line. */
export function githubAnnotation(found: Diagnostic): string {
  return annotationLine({ code: found.code, ...explain(found) }, found.place ?? null);
}

/** Prints one annotation line, escaped so that no text can begin another command. */
export function annotationLine(told: Annotation, place: Place | null): string {
  const { code, severity, message, fix, source } = told;
  const level = severity === "note" ? "notice" : severity;
  const properties: [string, string][] = [];
  if (place !== null) {
    const { file, line, column, length } = place;
    properties.push(["file", file], ["line", String(line)], ["col", String(column)]);
    properties.push(["endColumn", String(column + length)]);
  }
  properties.push(["title", code]);
  const text = [
    message,
    ...(fix === null ? [] : [`fix: ${fix}`]),
    ...(source === null ? [] : [`see: ${source}`]),
  ].map(printable);
  const list = properties.map(([key, value]) => `${key}=${escapeProperty(printable(value))}`);
  return `::${level} ${list.join(",")}::${escapeData(text.join("\n"))}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
