/** Why the DNS or a server gave no answer, in words. */
import { quote } from "../diagnostics/catalogue/quote.ts";
import type { DnsEvidence } from "../net/dns/dns-evidence.ts";
import type { Failure } from "../net/failure.ts";

/** Why a DNS question has no answer; null: the evidence does not tell. */
export type DnsFailure = DnsEvidence<unknown>["failure"];

interface Told {
  /** Goes on after a colon. */
  readonly why: string;
  readonly fix: string;
}

const dnsFailures: Readonly<Record<NonNullable<DnsFailure>, Told>> = {
  timeout: {
    why: "no answer in time",
    fix: "check that every name server of the zone answers over UDP and TCP, then audit again",
  },
  servfail: {
    why: "SERVFAIL",
    fix: "check the zone's DNSSEC signatures and DS record, and that all of its name servers answer",
  },
  refused: {
    why: "the name server refuses to answer",
    fix: "check that the delegated name servers serve the zone, or use another resolver with --resolver",
  },
  malformed: {
    why: "the answer cannot be read",
    fix: "use another resolver with --resolver; if it gives the same answer, the zone's name server is broken",
  },
  loop: {
    why: "its CNAMEs form a loop or a chain that is too long",
    fix: "let the CNAME point directly at the name that holds the record",
  },
  "too-large": {
    why: "the answer is too large",
    fix: "remove records of this name that are not needed",
  },
  unreachable: {
    why: "the resolver cannot be reached",
    fix: "check the network of this machine, or name another resolver with --resolver",
  },
};

/** Says why nobody knows, as it goes on after a colon. */
export function dnsWhy(failure: DnsFailure): string {
  return failure === null ? "it was not looked up" : dnsFailures[failure].why;
}

/** Says what to do about it. */
export function dnsFix(failure: DnsFailure): string {
  return failure === null ? "audit again" : dnsFailures[failure].fix;
}

const kinds: Readonly<Record<Failure["kind"], string>> = {
  timeout: "no answer in time",
  refused: "the connection is refused",
  unreachable: "no way leads there",
  reset: "the connection is reset",
  closed: "the connection is closed",
  "not-public": "the address is not public",
  protocol: "what came is no answer",
  "too-large": "the answer is too large",
  "tls-version": "only versions older than TLS 1.2",
  tls: "the handshake failed",
  rejected: "the server says no",
  missing: "not tried from here",
};

/** What the system says of these is the same in other words. */
const plain: readonly Failure["kind"][] = ["timeout", "refused", "unreachable", "reset", "closed"];

/** Says why a conversation ended, with what was said last. The detail may be hostile text. */
export function failureWhy({ kind, detail }: Pick<Failure, "kind" | "detail">): string {
  if (detail === "" || plain.includes(kind)) return kinds[kind];
  return `${kinds[kind]} (${quote(detail)})`;
}
