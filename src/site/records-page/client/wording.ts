/** Times, names and texts as the page shows them. */
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

/** A number of things: `1 day`, `10,000 domains`. */
export function plural(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A number for people: `10,000`. */
export function thousands(count: number): string {
  return count.toLocaleString("en-GB");
}

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "UTC" });

/** A moment: `12 Dec 2026, 09:30 UTC`. What no calendar has is told as the number that it is. */
export function momentWords(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `second ${String(seconds)}`;
  return `${day.format(date)}, ${minute.format(date)} UTC`;
}

/** A name as most providers' forms want it: relative to the zone, `@` for the zone itself. A name outside the zone stays whole. */
export function relativeName(name: string, zone: string): string {
  if (name === zone) return "@";
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

/** Octets that one string of a TXT record holds (RFC 1035 §3.3). */
export const txtStringOctets = 255;

/** A text as the quoted strings of a TXT record. */
export function quotedStrings(text: string): string {
  const strings: string[] = [];
  for (let at = 0; at === 0 || at < text.length; at += txtStringOctets) {
    strings.push(`"${text.slice(at, at + txtStringOctets).replace(/["\\]/g, "\\$&")}"`);
  }
  return strings.join(" ");
}

/**
 * Splits a text into what is shown as it is and what would be invisible or reorder what surrounds it:
 * controls, bidirectional overrides, zero-width characters, lone surrogates. Line ends and tabs are kept; the
 * joiners of Persian and Indic names, too.
 */
export function visibleParts(text: string): { text: string; hidden: boolean }[] {
  const parts: { text: string; hidden: boolean }[] = [];
  const lines = text.replaceAll("\r\n", "\n");
  let at = 0;
  for (const found of lines.matchAll(invisible)) {
    if (found.index > at) parts.push({ text: lines.slice(at, found.index), hidden: false });
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    parts.push({ text: `U+${code}`, hidden: true });
    at = found.index + found[0].length;
  }
  if (at < lines.length) parts.push({ text: lines.slice(at), hidden: false });
  return parts;
}

const invisible = /[^\P{C}\n\t\u200c\u200d]|[\u2028\u2029]/gu;
