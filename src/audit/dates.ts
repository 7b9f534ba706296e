/** Times of certificates, for people. They may be hostile: not every one is a date. */

const secondsPerDay = 86_400;
/** The range in which `Date` prints four digits for the year. */
const [earliest, latest] = [-62_135_596_800, 253_402_300_799];

/** Prints the day of a time in Unix seconds, `2026-12-01`. */
export function formatDay(seconds: number): string {
  if (!(seconds >= earliest && seconds <= latest)) return "an impossible date";
  return new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 10);
}

/** Whole days from one time to another, both in Unix seconds; rounded down, never negative. */
export function wholeDays(from: number, to: number): number {
  const days = Math.floor((to - from) / secondsPerDay);
  return days > 0 ? days : 0;
}
