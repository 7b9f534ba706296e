/** Times of certificates, for people. They come from outside: nothing says that a date can hold them. */

const secondsPerDay = 86_400;
/** What `Date` can print with four digits for the year. */
const [earliest, latest] = [-62_135_596_800, 253_402_300_799];

/** Prints the day of a time in Unix seconds, `2026-12-01`. */
export function dayOf(seconds: number): string {
  if (!(seconds >= earliest && seconds <= latest)) return "a day that no calendar has";
  return new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 10);
}

/** Whole days from one time to another, both in Unix seconds; rounded down, never negative. */
export function daysBetween(from: number, to: number): number {
  const days = Math.floor((to - from) / secondsPerDay);
  return days > 0 ? days : 0;
}
