/** What a signature proves. */

/**
 * Whether the reporter is who it says: only a mail whose valid DKIM signature is the reporter's own is
 * `verified` (RFC 8460 §3). `failed`: there are signatures, and none holds. `unsigned`: there is none. All
 * that did not come by mail is `unverifiable`: anybody could have made it.
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
