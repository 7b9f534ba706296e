/** Lengths of time as the page shows them. */
import { plural } from "../../../pages/wording.ts";

const spans = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A length of time in whole units, exactly: `1 week`, `365 days 6 hours`. Weeks only where they are even and few. */
export function spanWords(seconds: number): string {
  const words: string[] = [];
  let rest = seconds;
  for (const [unit, size] of spans) {
    if (unit === "week" && (rest % size !== 0 || rest > 8 * size)) continue;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(plural(count, unit));
  }
  return words.join(" ") || "0 seconds";
}
