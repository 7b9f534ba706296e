/** Prints for people. Everything that came from outside is escaped: a terminal is an interpreter too. */
import { styleText } from "node:util";
import { explain, type DiagnosticCode } from "../diagnostics/catalogue.ts";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.ts";
import type { Severity } from "../diagnostics/severity.ts";

/** How to print: whether colours are wanted. */
export interface TextOptions {
  readonly colour: boolean;
}

const styles = {
  error: ["red", "bold"],
  warning: ["yellow", "bold"],
  note: ["cyan", "bold"],
  good: ["green", "bold"],
  dim: ["dim"],
  bold: ["bold"],
} as const;

/** Styles a text, where colours are wanted. */
export function paint(text: string, style: keyof typeof styles, { colour }: TextOptions): string {
  // Whether the stream takes colours is decided already, by wantsColour.
  return colour ? styleText([...styles[style]], text, { validateStream: false }) : text;
}

/** A number for people: `1,234`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/**
 * Makes a hostile text printable on one line: controls, ANSI escapes, bidirectional overrides and
 * lone surrogates become `\u{…}`. A tab becomes one space.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\t", " ")
    .replace(
      /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu,
      (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

/** Prints one diagnostic like a good compiler: place, message, the line with a caret, fix and source. */
export function formatDiagnostic(found: Diagnostic, options: TextOptions): string {
  const { severity, message, fix, source } = explain(found);
  const where = found.place === undefined ? "" : `${printPlace(found.place)}: `;
  const lines = [
    `${paint(where, "bold", options)}${paint(severity, severity, options)}: ${printable(message)} ${paint(`[${found.code}]`, "dim", options)}`,
  ];
  if (found.place !== undefined) lines.push(...excerpt(found.place, severity, options));
  for (const place of found.related ?? []) {
    lines.push(`  also: ${printPlace(place)}`);
    lines.push(...excerpt(place, "dim", options));
  }
  if (fix !== null) lines.push(`  ${paint("fix:", "bold", options)} ${printable(fix)}`);
  if (source !== null) lines.push(`  ${paint("see:", "bold", options)} ${source}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** `file:line:column`, as editors and terminals follow it. */
function printPlace(place: Place): string {
  return `${printable(place.file)}:${String(place.line)}:${String(place.column)}`;
}

const widest = 100;

function excerpt(place: Place, style: Severity | "dim", options: TextOptions): string[] {
  if (place.text === "") return [];
  const points = [...place.text];
  // A line of a megabyte is shown around the fault only.
  const from = place.column > widest ? place.column - 40 : 0;
  const shown = points.slice(from, from + widest);
  const before = printable(shown.slice(0, place.column - 1 - from).join(""));
  const under = printable(
    shown.slice(place.column - 1 - from, place.column - 1 - from + place.length).join(""),
  );
  const gutter = String(place.line);
  const margin = " ".repeat(gutter.length);
  const cut = from > 0 ? "…" : "";
  const more = from + widest < points.length ? "…" : "";
  const carets = "^".repeat(Math.max(1, width(under)));
  return [
    paint(`  ${gutter} | `, "dim", options) + cut + printable(shown.join("")) + more,
    paint(`  ${margin} | `, "dim", options) +
      " ".repeat(width(cut + before)) +
      paint(carets, style, options),
  ];
}

/** Columns of a terminal that a text takes: wide East Asian characters take two, combining ones none. */
function width(text: string): number {
  let columns = 0;
  for (const char of text) {
    if (/\p{M}/u.test(char)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** `2 errors, 1 warning`; "" when there is nothing. Notes are not counted. */
export function countDiagnostics(
  found: readonly { readonly code: DiagnosticCode; readonly args: unknown }[],
): string {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const one of found) counts[explain(one).severity] += 1;
  return (["error", "warning"] as const)
    .filter((severity) => counts[severity] > 0)
    .map(
      (severity) => `${String(counts[severity])} ${severity}${counts[severity] === 1 ? "" : "s"}`,
    )
    .join(", ");
}

/** Says that lines of a file that is committed changed. */
export function changedLines(file: string, lines: number): string {
  return `${file}: ${count(lines)} ${lines === 1 ? "line" : "lines"} changed; commit it`;
}
