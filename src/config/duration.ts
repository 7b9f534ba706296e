/** Durations as the files write them. */
import { problem, type Parsed } from "../diagnostics/diagnostic.ts";

/** A whole number of seconds, or of one unit. No leading zeros: `0644` looks octal and is not. */
export const durationPattern = /^(0|[1-9][0-9]{0,9})([smhdw]?)$/;

const unitSeconds = new Map([
  ["", 1],
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
]);

/** Parses `604800`, `1w`, `10m` into seconds. Errors: `config/duration`. */
export function parseDuration(text: string): Parsed<number> {
  const match = durationPattern.exec(text);
  const unit = unitSeconds.get(match?.[2] ?? "");
  if (match === null || unit === undefined) {
    return { ok: false, problems: [problem("config/duration", { text }, 0, text.length)] };
  }
  return { ok: true, value: Number(match[1]) * unit, warnings: [] };
}
