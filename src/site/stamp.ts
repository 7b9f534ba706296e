/**
 * Points in time as stspress writes them: UTC, to the second, `YYYYMMDDTHHMMSSZ`. The same form is a
 * policy id: 16 letters and digits, well under the 32 of RFC 8461 §3.1.
 */

/** Seconds since 1970-01-01T00:00:00Z. */
export type UnixSeconds = number;

const shape = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The last second that the form can express: 9999-12-31T23:59:59Z. */
export const lastSecond: UnixSeconds = 253_402_300_799;

/** A build gives 100,000 domains one time: its text is made, read, and kept in memory, once. */
let last: { readonly seconds: UnixSeconds; readonly text: string } | null = null;

/** Prints a time as `YYYYMMDDTHHMMSSZ`. */
export function formatStamp(seconds: UnixSeconds): string {
  if (last?.seconds !== seconds) {
    const text = new Date(seconds * 1000)
      .toISOString()
      .replace(/[-:]/g, "")
      .replace(/\.\d{3}/, "");
    last = { seconds, text };
  }
  return last.text;
}

/** Reads `YYYYMMDDTHHMMSSZ`; null for anything else, such as the 30th of February. */
export function parseStamp(text: string): UnixSeconds | null {
  if (last?.text === text) return last.seconds;
  const parts = shape.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const iso = `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}.000Z`;
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== iso) return null;
  // Put together anew: a part of the lock's text would keep all of it in memory.
  const own = `${year ?? ""}${month ?? ""}${day ?? ""}T${hour ?? ""}${minute ?? ""}${second ?? ""}Z`;
  last = { seconds: milliseconds / 1000, text: own };
  return last.seconds;
}

/** A time for people: `2026-12-01 09:30 UTC`. */
export function formatTime(seconds: UnixSeconds): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A time for programs: `2026-12-01T09:30:00Z`. */
export function isoTime(seconds: UnixSeconds): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** The same of a time that may not be there. */
export function isoTimeOrNull(seconds: UnixSeconds | null): string | null {
  return seconds === null ? null : isoTime(seconds);
}

/** A length of time for people: the largest unit that fits, rounded up so that no wait is understated. */
export function formatSpan(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  for (const [name, size] of units) {
    if (seconds >= size * (name === "second" ? 0 : 2) || name === "second") {
      const count = Math.ceil(seconds / size);
      return `${String(count)} ${name}${count === 1 ? "" : "s"}`;
    }
  }
  return "0 seconds";
}

/** Reads a stamp or an ISO 8601 time with its zone; a bare date is its beginning in UTC. */
export function parseTime(text: string): number | null {
  const stamp = parseStamp(text);
  if (stamp !== null) return stamp;
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}
