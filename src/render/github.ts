/** Diagnostics as GitHub Actions annotations (workflow commands `::error file=…::…`). */
import { explain } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { printable } from "./text.ts";

/** Prints one annotation line, escaped so that no text can begin another command. */
export function githubAnnotation(found: Diagnostic): string {
  const { severity, message, fix, source } = explain(found);
  const level = severity === "note" ? "notice" : severity;
  const properties: [string, string][] = [];
  if (found.place !== undefined) {
    const { file, line, column, length } = found.place;
    properties.push(["file", file], ["line", String(line)], ["col", String(column)]);
    properties.push(["endColumn", String(column + length)]);
  }
  properties.push(["title", found.code]);
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
