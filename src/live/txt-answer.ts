/** What one server said of the `_mta-sts` TXT record, as a sender takes it. */
import { explain } from "../diagnostics/catalogue.ts";
import { joinStrings, selectStsRecord } from "../mta-sts/record.ts";
import type { OwnAnswer } from "../net/dns/authoritative.ts";
import type { DnsEvidence, TxtData } from "../net/dns/dns-evidence.ts";
import type { ServerLook } from "../site/lock/look.ts";

/** A look at a server, but for which server it was. */
export type TxtAnswer = ServerLook extends infer L
  ? L extends ServerLook
    ? Omit<L, "server" | "isAuthoritative">
    : never
  : never;

type TxtRecords = DnsEvidence<TxtData>["records"];
type DnsFailure = NonNullable<DnsEvidence<TxtData>["failure"]>;

/** Reads what a name server says of its zone; an alias is not an answer yet. */
export function readOwnTxt(answer: Exclude<OwnAnswer<"TXT">, { kind: "alias" }>): TxtAnswer {
  switch (answer.kind) {
    case "found":
      return readRecords(answer.records);
    case "absent":
      return { kind: "absent" };
    case "lame":
      return { kind: "silent", detail: "it does not have the zone" };
    case "not-public":
      return { kind: "silent", detail: "its address is not public" };
    case "missing":
      return { kind: "not-looked-at", detail: "this machine has no route to it" };
    case "failed":
      return readFailure(answer.failure);
  }
}

/** Reads what a resolver answered. */
export function readResolvedTxt({ status, failure, records }: DnsEvidence<TxtData>): TxtAnswer {
  if (status === "failed") return readFailure(failure ?? "timeout");
  return status === "found" ? readRecords(records) : { kind: "absent" };
}

/** @see RFC 8461 §3.1 */
function readRecords(records: TxtRecords): TxtAnswer {
  const read = selectStsRecord(records.map(({ strings }) => joinStrings(strings)));
  if (read.ok) {
    const ttlSeconds = Math.max(0, ...records.map((one) => one.ttlSeconds));
    return { kind: "id", id: read.value.id, ttlSeconds };
  }
  // What was meant as one, but does not begin as one, explains more than that there is none.
  const { problems } = read;
  const meant = problems.find(({ code, args }) => code === "record/discarded" && args.similar);
  if (meant === undefined && problems.some(({ code }) => code === "record/none")) {
    return { kind: "absent" };
  }
  const error = meant ?? problems.find((one) => explain(one).severity === "error");
  return { kind: "invalid", detail: error === undefined ? "" : explain(error).message };
}

/** A loop is in the records: the server does answer. */
function readFailure(failure: DnsFailure): TxtAnswer {
  return { kind: failure === "loop" ? "invalid" : "silent", detail: failureWords[failure] };
}

const failureWords: Readonly<Record<DnsFailure, string>> = {
  timeout: "timeout",
  servfail: "SERVFAIL",
  refused: "REFUSED",
  malformed: "its answer cannot be read",
  loop: "the CNAMEs form a loop or too long a chain",
  "too-large": "its answer is too large",
  unreachable: "it cannot be reached",
};
