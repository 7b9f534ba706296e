/** How a report arrived. */
import type { Verification } from "../mail/dkim/verification.ts";
import { wellFormed } from "../tls-rpt/report/field.ts";

/** How a report reached us, and what that is worth. */
export interface Arrival {
  readonly via: "mail" | "https" | "file";
  /** Unix seconds. */
  readonly receivedAt: number;
  /** Domain of the reporter: `TLS-Report-Submitter`, else the domain of From; null: nobody said. */
  readonly submitter: string | null;
  readonly verification: Verification;
}

/** The domain whose signature proves who sent the report; null: nothing proves it. */
export function provenSigner({ verification: { verdict, signer } }: Arrival): string | null {
  return verdict === "verified" ? wellFormed(signer ?? "") : null;
}

/** The same without NULs and halves of characters: a mail's header has not been through the normaliser. */
export function wellFormedArrival(arrival: Arrival): Arrival {
  const { via, receivedAt, submitter, verification } = arrival;
  const { verdict, signer, detail } = verification;
  return {
    via,
    receivedAt,
    submitter: submitter === null ? null : wellFormed(submitter),
    verification: {
      verdict,
      signer: signer === null ? null : wellFormed(signer),
      detail: wellFormed(detail),
    },
  };
}
