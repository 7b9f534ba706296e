/** A circuit breaker: when DNS does not answer, verification stops waiting for it. */
import type { Verify } from "./intake-source.ts";
import type { Verification } from "../../mail/dkim/verification.ts";

/** After this many mails in a row without an answer, DNS is no longer asked. */
const maxTimeouts = 20;

/** Verifies as long as DNS answers; after that every mail is `not-checked`, without delay. */
export function withCircuitBreaker(verify: Verify): Verify {
  let timeouts = 0;
  return async (message, submitter, at) => {
    if (timeouts >= maxTimeouts) return notAsked;
    const verification = await verify(message, submitter, at);
    timeouts = verification.verdict === "not-checked" ? timeouts + 1 : 0;
    return verification;
  };
}

const notAsked: Verification = {
  verdict: "not-checked",
  signer: null,
  detail: "DNS does not answer",
};
