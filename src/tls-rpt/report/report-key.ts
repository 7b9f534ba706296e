import type { Report } from "./report.ts";

/** SHA-256 of a text, hexadecimal. The core is pure: whoever calls has it. */
export type Digest = (text: string) => string;

/**
 * Names a report by what it says: under any wrapping, white space and order of fields it has the same
 * key. The normaliser gives its fields in one order, so that their JSON, which is given too, is one text.
 */
export function reportKey(report: Report, digest: Digest): { key: string; text: string } {
  const text = JSON.stringify(report);
  return { key: digest(text), text };
}
