/** The policy text (RFC 8461 §3.2). */
export type Mode = "none" | "testing" | "enforce";

/** An MTA-STS policy. */
export interface Policy {
  readonly mode: Mode;
  /** Patterns as they stand in `mx:` lines: an A-label host name, or `*.` and one. Empty only for mode `none`. */
  readonly mx: readonly string[];
  /** Lifetime in a sender's cache, in seconds, 0 to 31557600. */
  readonly maxAgeSeconds: number;
  /** Fields that RFC 8461 leaves to extensions, in order; never published by stspress itself. */
  readonly extensions: readonly { readonly name: string; readonly value: string }[];
}
