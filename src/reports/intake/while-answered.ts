/** A DNS that does not answer is not waited for again and again. */
import type { Verify } from "./take-in.ts";
import type { Verification } from "../../mail/dkim/verification.ts";

/** After this many mails in a row for which the DNS did not answer, it is not asked any more. */
const maxSilent = 20;

/** Verifies as long as the DNS answers; after that everything is `not-checked`, at once. */
export function whileAnswered(verify: Verify): Verify {
  let silent = 0;
  return async (message, submitter, at) => {
    if (silent >= maxSilent) return unasked;
    const verification = await verify(message, submitter, at);
    silent = verification.verdict === "not-checked" ? silent + 1 : 0;
    return verification;
  };
}

const unasked: Verification = {
  verdict: "not-checked",
  signer: null,
  detail: "the DNS does not answer",
};
