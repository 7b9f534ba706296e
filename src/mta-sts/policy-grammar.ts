/** What a policy is made of (RFC 8461 §3.2), for its reader and its printer alike. */
import { trimWsp, type Extension } from "./extension.ts";

export const modes = ["none", "testing", "enforce"] as const;
export type Mode = (typeof modes)[number];

/** The largest max_age: one year of 365.25 days, in seconds. */
export const maxMaxAgeSeconds = 31_557_600;

/** Senders may stop reading here (RFC 8461 §3.3). */
export const maxPolicyBytes = 65_536;

/** An MTA-STS policy. */
export interface Policy {
  readonly mode: Mode;
  /** Patterns of the `mx:` lines: a lower-case A-label host name, or `*.` and one. Empty only for mode `none`. */
  readonly mx: readonly string[];
  /** Lifetime in a sender's cache, in seconds, 0 to 31557600. */
  readonly maxAgeSeconds: number;
  /** Fields that RFC 8461 leaves to extensions, in order; never published by stspress itself. */
  readonly extensions: readonly Extension[];
}

/** The first thing in an extension's value that is neither a space, nor visible ASCII, nor UTF-8; or null. */
export function wrongInExtensionValue(
  value: string,
): { readonly index: number; readonly character: string } | null {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const found = /[\x00-\x1f\x7f]|\p{Cs}/u.exec(value);
  return found === null ? null : { index: found.index, character: found[0] };
}

/**
 * Tells whether a text can be an extension's value.
 * @see RFC 8461 §3.2 (sts-policy-ext-value)
 */
export function isExtensionValue(value: string): boolean {
  const [from, to] = trimWsp(value, 0, value.length);
  return value !== "" && from === 0 && to === value.length && wrongInExtensionValue(value) === null;
}
