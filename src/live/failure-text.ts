/** Why a connection failed, in words. */
import { quote } from "../diagnostics/catalogue/quote.ts";
import type { Failure } from "../net/failure.ts";

const causes: Readonly<Record<Failure["kind"], string>> = {
  timeout: "no answer in time",
  refused: "connection refused",
  unreachable: "no route to the address",
  reset: "connection reset",
  closed: "connection closed",
  "not-public": "the address is not public",
  protocol: "unexpected answer",
  "too-large": "the answer is too large",
  "tls-version": "only versions older than TLS 1.2",
  tls: "the handshake failed",
  rejected: "rejected by the server",
  missing: "not tried from this machine",
};

/** Kinds whose detail only says the same in other words. */
const withoutDetail: readonly Failure["kind"][] = [
  "timeout",
  "refused",
  "unreachable",
  "reset",
  "closed",
];

/** Says why a connection failed, with its detail; follows a colon. */
export function failureText({ kind, detail }: Pick<Failure, "kind" | "detail">): string {
  if (detail === "" || withoutDetail.includes(kind)) return causes[kind];
  return `${causes[kind]} (${quote(detail)})`;
}
