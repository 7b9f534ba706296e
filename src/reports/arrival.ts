/** How a report arrived. */
import type { Verification } from "../mail/dkim/verification.ts";

/** How a report reached us, and what that is worth. */
export interface Arrival {
  readonly via: "mail" | "https" | "file";
  /** Unix seconds. */
  readonly receivedAt: number;
  /** Domain of the reporter: `TLS-Report-Submitter`, else the domain of From; null: nobody said. */
  readonly submitter: string | null;
  readonly verification: Verification;
}
