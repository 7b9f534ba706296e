/** A request that is refused. */
import { maxPostBytes } from "../../tls-rpt/report/bounds.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";

interface RejectionDetails {
  /** Why the body is not a report; absent: that is not the reason. */
  readonly refusal?: Refusal;
  /** When the client should try again. */
  readonly retryAfterSeconds?: number;
  /** False: an earlier log line says it already. */
  readonly isLogged?: boolean;
}

/** When a client should try again after a 503. */
const retryAfter503Seconds = 300;

/** Refuses a request, with the status and the text of the answer. */
export class Rejection extends Error {
  readonly status: number;
  readonly refusal: Refusal | null;
  readonly retryAfterSeconds: number | null;
  readonly isLogged: boolean;

  constructor(status: number, message: string, details: RejectionDetails = {}) {
    super(message);
    this.status = status;
    this.refusal = details.refusal ?? null;
    this.retryAfterSeconds =
      details.retryAfterSeconds ?? (status === 503 ? retryAfter503Seconds : null);
    this.isLogged = details.isLogged ?? true;
  }
}

/** Makes the rejection of a body that is too large. */
export function tooLarge(): Rejection {
  const limit = `${String(maxPostBytes)} bytes`;
  return new Rejection(413, `a report must not exceed ${limit}, compressed or decompressed`);
}
