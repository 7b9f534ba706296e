/** What a signature proves. */

/**
 * Whether the reporter is who it claims to be. `verified`: the mail has a valid DKIM signature of the reporter
 * itself (RFC 8460 §3). `failed`: it has signatures, but none is valid. `unsigned`: it has none. `unverifiable`:
 * it did not arrive by mail, so anybody could have made it.
 */
export interface Verification {
  readonly verdict: "verified" | "failed" | "unsigned" | "unverifiable" | "not-checked";
  /** The domain that signed (`d=`), or null. */
  readonly signer: string | null;
  /** Why, in a few words; may hold hostile text. */
  readonly detail: string;
}

/** Looks records up: each a list of its strings; rejects with a `code`, `ENOTFOUND` or `ENODATA` where there is none. */
export type Resolve = (name: string, type: string) => Promise<string[][]>;
