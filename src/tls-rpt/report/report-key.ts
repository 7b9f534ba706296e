import type { Report } from "./report.ts";

/**
 * Names a report by its content: in any container, with any white space and order of fields, it has the
 * same key. The normaliser gives the fields one order, so that the JSON, which is returned too, is one
 * text. `sha256` hashes a text into hexadecimal digits; it comes from the caller because this folder has no
 * I/O and nothing of Node's.
 */
export function reportKey(
  report: Report,
  sha256: (text: string) => string,
): { key: string; text: string } {
  const text = JSON.stringify(report);
  return { key: sha256(text), text };
}
