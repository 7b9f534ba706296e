/** Numbers and times as the pages show them, rendered in the build or in the browser. */

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A number for people: `1,234,567`. Quicker than Intl: a page may show millions of them. */
export function thousands(count: number): string {
  let rest = String(count);
  if (rest.length < 4 || !Number.isSafeInteger(count) || count < 0) return rest;
  let grouped = "";
  for (; rest.length > 3; rest = rest.slice(0, -3)) grouped = `,${rest.slice(-3)}${grouped}`;
  return rest + grouped;
}

/** A number of things: `1 day`, `10,000 domains`. */
export function plural(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** An ISO day: `12 Nov 2026`. Anything else stays as it is. */
export function dayWords(day: string): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  const month = months[Number(found?.[2]) - 1];
  if (found === null || month === undefined) return day;
  return `${String(Number(found[3]))} ${month} ${found[1] ?? ""}`;
}

/** A time in Unix seconds: `12 Nov 2026, 09:30 UTC`. A time that no calendar has is shown as its number. */
export function momentWords(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `second ${String(seconds)}`;
  const iso = date.toISOString();
  return `${dayWords(iso.slice(0, 10))}, ${iso.slice(11, 16)} UTC`;
}
