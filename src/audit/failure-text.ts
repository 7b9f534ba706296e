/** Why a DNS lookup or a connection failed, in words. */
import { quote } from "../diagnostics/catalogue/quote.ts";
import type { DnsEvidence } from "../net/dns/dns-evidence.ts";
import type { Failure } from "../net/failure.ts";

/** Why a DNS lookup failed; null: the evidence does not say. */
export type LookupFailure = DnsEvidence<unknown>["failure"];

interface LookupTexts {
  /** Follows a colon. */
  readonly cause: string;
  readonly fix: string;
}

const lookupTexts: Readonly<Record<NonNullable<LookupFailure>, LookupTexts>> = {
  timeout: {
    cause: "no answer in time",
    fix: "check that every name server of the zone answers over UDP and TCP, then audit again",
  },
  servfail: {
    cause: "SERVFAIL",
    fix: "check the zone's DNSSEC signatures and DS record, and that all its name servers answer",
  },
  refused: {
    cause: "the name server refuses to answer",
    fix: "check that the delegated name servers serve the zone, or use another resolver with --resolver",
  },
  malformed: {
    cause: "the answer cannot be read",
    fix: "use another resolver with --resolver; if it gives the same answer, the zone's name server is broken",
  },
  loop: {
    cause: "its CNAMEs form a loop or a chain that is too long",
    fix: "point the CNAME directly at the name that holds the record",
  },
  "too-large": {
    cause: "the answer is too large",
    fix: "remove records of this name that are not needed",
  },
  unreachable: {
    cause: "the resolver cannot be reached",
    fix: "check this machine's network, or use another resolver with --resolver",
  },
};

/** Says why a lookup failed; follows a colon. */
export function lookupFailureText(failure: LookupFailure): string {
  return failure === null ? "no answer was recorded" : lookupTexts[failure].cause;
}

/** Says what to do about it. */
export function lookupFailureFix(failure: LookupFailure): string {
  return failure === null ? "audit again" : lookupTexts[failure].fix;
}

/** Arguments of a finding about a connection that failed. The detail may be hostile text. */
export interface FailedConnection extends Pick<Failure, "kind" | "detail"> {
  readonly host: string;
}

/** Makes the arguments; a connection without a failure was not tried. */
export function failedConnection(host: string, failure: Failure | null): FailedConnection {
  return { host, kind: failure?.kind ?? "missing", detail: failure?.detail ?? "" };
}

/** The detail alone, where there is one, with the colon before it. */
export function detailText({ detail }: Pick<Failure, "detail">): string {
  return detail === "" ? "" : `: ${quote(detail)}`;
}
