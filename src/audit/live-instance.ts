/** Whether the instance of the last build is live: its TXT record, and its policy at every address. */
import { selectStsRecord } from "../mta-sts/record.ts";
import type { Subject } from "./subject.ts";
import type { AuditVerdict } from "./judge.ts";
import { explainFinding } from "./rules.ts";

/** An instance that was seen live. */
export interface LiveInstance {
  readonly domain: string;
  readonly id: string;
  /** Unix seconds. */
  readonly seenAt: number;
  /** Of the TXT record as answered; the published TTL is at least as long. */
  readonly ttlSeconds: number;
}

/**
 * Gives the instance if every sender that looks now gets it; null if some might not: then the days of testing
 * have not begun.
 */
export function liveInstanceOf(
  { domain, declared, evidence }: Subject,
  { findings }: AuditVerdict,
): LiveInstance | null {
  const current = declared?.current ?? null;
  const { stsTxt, policyHost, observedAt } = evidence;
  if (current === null || stsTxt.status !== "found" || policyHost.fetches.length === 0) return null;
  const record = selectStsRecord(stsTxt.records.map(({ strings }) => strings.join("")));
  if (!record.ok || record.value.id !== current.id) return null;
  // A failure because this machine has no IPv6 says nothing about the host.
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
