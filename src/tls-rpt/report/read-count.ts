/** Numbers of sessions. */
import { maxCount } from "./bounds.ts";
import type { Notes } from "./field.ts";

/** Reads a count; null where there is none. What is no whole number from 0 to {@link maxCount} becomes one, and is noted. */
export function readCount(value: unknown, notes: Notes): number | null {
  if (value == null || value === "") return null;
  let count: number;
  if (typeof value === "number") count = value;
  else if (typeof value === "string" && /^\s*[-+]?[\d,]{1,40}(\.\d{0,40})?\s*$/.test(value)) {
    notes.add("count-text");
    count = Number(value.replaceAll(",", ""));
  } else count = NaN;
  if (Number.isNaN(count)) {
    notes.add("count-unreadable");
    return null;
  }
  if (count < 0) {
    notes.add("count-negative");
    return 0;
  }
  if (count > maxCount) {
    notes.add("count-huge");
    return maxCount;
  }
  if (!Number.isInteger(count)) notes.add("count-not-whole");
  // -0 would be another report.
  return Math.round(count) + 0;
}
