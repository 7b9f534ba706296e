/** Whether what was observed shows the instance of the last build live: TXT and policy, at every address. */
import { selectStsRecord } from "../mta-sts/record.ts";
import type { Subject } from "./declared.ts";
import type { Judgement } from "./judge.ts";
import { explainFinding } from "./rules.ts";

/** An instance that was seen live. */
export interface LiveInstance {
  readonly domain: string;
  readonly id: string;
  /** Unix seconds. */
  readonly seenAt: number;
  /** Of the TXT record as answered: what was published is at least as long. */
  readonly ttlSeconds: number;
}

/**
 * Gives the instance where senders that look now take it; null where one of them might not: then the
 * days of testing have not begun.
 */
export function liveInstanceOf(
  { domain, declared, evidence }: Subject,
  { findings }: Judgement,
): LiveInstance | null {
  const current = declared?.current ?? null;
  const { stsTxt, policyHost, observedAt } = evidence;
  if (current === null || stsTxt.status !== "found" || policyHost.fetches.length === 0) return null;
  const record = selectStsRecord(stsTxt.records.map(({ strings }) => strings.join("")));
  if (!record.ok || record.value.id !== current.id) return null;
  // IPv6 that this machine does not have says nothing of the host.
  const tried = policyHost.fetches.filter(
    ({ failure, address }) => failure?.kind !== "missing" || !address.includes(":"),
  );
  if (tried.length === 0) return null;
  const served = tried.every(
    ({ failure, status, body }) =>
      failure === null &&
      status === 200 &&
      body?.encoding === "utf8" &&
      body.complete &&
      body.data === current.text,
  );
  const refused = findings.some(
    (found) => found.where.kind === "policy-host" && explainFinding(found).effect !== "none",
  );
  if (!served || refused) return null;
  const ttlSeconds = Math.max(0, ...stsTxt.records.map((one) => one.ttlSeconds));
  return { domain, id: current.id, seenAt: observedAt, ttlSeconds };
}
