import type { Problems } from "../diagnostics/problems.ts";
import { maxMaxAgeSeconds, type Policy } from "./policy-grammar.ts";

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/**
 * Reads the value of `max_age`, in seconds; null when it is none. One above the maximum is taken as
 * the maximum, with a warning.
 * @see RFC 8461 §3.2, erratum 7282
 */
export function readMaxAge(text: string, offset: number, out: Problems): number | null {
  if (!/^[0-9]+$/.test(text)) {
    const args = { found: text, seconds: meantSeconds(text) };
    out.add("policy/max-age-not-digits", args, offset, text.length);
    return null;
  }
  if (text.length > 10) {
    out.add("policy/max-age-too-many-digits", { found: text }, offset, text.length);
    return null;
  }
  const seconds = Number(text);
  if (seconds <= maxMaxAgeSeconds) return seconds;
  out.add("policy/max-age-too-large", { found: seconds }, offset, text.length);
  return maxMaxAgeSeconds;
}

const daySeconds = 86_400;

/**
 * Tells whether senders forget a policy too soon for it to protect the next mail.
 *
 * Mode `none` protects nothing, however long it is kept. In `testing` a short life loses no mail, but
 * the test is not of what will be enforced; nor can the policy be withdrawn sooner, since some senders
 * keep any policy for a day.
 * @see RFC 8461 §3.2 (max_age, "typically … in the range of weeks or greater") and §10.2
 */
export function isShortLived({ mode, maxAgeSeconds }: Policy): boolean {
  return mode !== "none" && maxAgeSeconds < daySeconds;
}

/** What `7 days`, `604800s`, `604,800` or `+5` was meant to be, within the range; or null. */
function meantSeconds(text: string): number | null {
  if (text.length > 40) return null;
  const parts = /^\+?([0-9][0-9,._' ]*?)[ \t]*(?:([smhdwy])[a-z]*)?$/i.exec(text);
  if (parts === null || /[._]/.test(parts[1] ?? "")) return null;
  const count = Number((parts[1] ?? "").replace(/[,' ]/g, ""));
  const unit = (parts[2] ?? "s").toLowerCase();
  if (/^\+?[0-9, ']+mo/i.test(text)) return null;
  const seconds = count * (unitSeconds[unit] ?? 1);
  return seconds <= maxMaxAgeSeconds ? seconds : null;
}
