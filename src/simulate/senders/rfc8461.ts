import { rfc5321 } from "../retries.ts";
import { usual, type Sender } from "../sender.ts";

/** A sender as the RFC describes it, which asks DNS at each delivery and no oftener. */
export const rfc8461: Sender = {
  ...usual,
  name: "rfc8461",
  source: "RFC 8461 §3.3, §5.1; RFC 5321 §4.5.4.1",
  mismatch: rfc5321,
};
