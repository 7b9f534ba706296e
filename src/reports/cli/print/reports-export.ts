/** Rows of the store as CSV or JSON lines, for other programs. */
import type { ExportRow } from "../../store/port.ts";

/** A line of JSON. */
export function jsonLine(row: ExportRow): string {
  return `${JSON.stringify(row)}\n`;
}

/** The head of a CSV file. */
export function csvHead(columns: readonly string[]): string {
  return csvText(columns);
}

/** A line of CSV. */
export function csvLine(row: ExportRow): string {
  return csvText(Object.values(row));
}

/** Lines end in CRLF, and cells with `"`, `,` or a line end are quoted. @see RFC 4180 §2 */
function csvText(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * A spreadsheet runs a text that begins like a formula: an apostrophe in front makes it text. Numbers of
 * the store are numbers and never negative, so only texts are changed.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
function csvCell(cell: string | number | boolean | null): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  // Some programs skip blanks before they look, and some take the full-width forms for the same.
  const text = /^[\s\0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
