/** How the clocks of servers differ from this machine's. */

const shape = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** Reads the `Date` field of a response into Unix seconds; null for anything else. @see RFC 9110 §5.6.7 */
export function parseHttpDate(text: string | undefined): number | null {
  if (text === undefined || !shape.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

/** The median, of two in the middle the lower; null of nothing. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
