/** Points in time of a simulation, and how people and programs read them. */

/** Seconds since 1970-01-01T00:00:00Z; `Infinity` is "never ends". */
export type Moment = number;

export const hourSeconds = 3600;
export const daySeconds = 86_400;

/** Prints a time as ISO 8601 in UTC, to the second; null for one that never comes. */
export function isoTime(at: Moment): string | null {
  return Number.isFinite(at) ? new Date(at * 1000).toISOString().replace(".000Z", "Z") : null;
}

/** Prints a time for people, to the minute: `2026-12-03 09:00`. */
export function plainTime(at: Moment): string {
  return new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** Prints a length of time for people, rounded up so that no wait is understated: `4 hours`. */
export function plainSpan(seconds: number): string {
  for (const [name, size] of [
    ["day", daySeconds],
    ["hour", hourSeconds],
    ["minute", 60],
  ] as const) {
    if (seconds >= size * 2) return `${String(Math.ceil(seconds / size))} ${name}s`;
  }
  return `${String(Math.ceil(seconds))} seconds`;
}
