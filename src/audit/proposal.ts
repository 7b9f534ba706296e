/** What was observed of a domain → what its first domain file should declare. */
import { mxMatches, parseMxPattern } from "../mta-sts/mx-pattern.ts";
import { parsePolicyBytes, type Policy } from "../mta-sts/policy.ts";
import { selectStsRecord } from "../mta-sts/record.ts";
import { selectTlsRptRecord } from "../tls-rpt/record.ts";
import type { DomainEvidence, PolicyFetch } from "./evidence.ts";
import { lookupFailureText } from "./failure-text.ts";
import { textsOf } from "./txt-reading.ts";
import type { DnsEvidence, TxtData } from "../net/dns/dns-evidence.ts";

/** A policy that senders accept now. */
export interface AdoptablePolicy {
  readonly id: string;
  readonly policy: Policy;
  /** As served. */
  readonly text: string;
  /** Of the `_mta-sts` record as answered. */
  readonly ttlSeconds: number;
}

/** What to declare. */
export interface Proposal {
  readonly kind: "declare";
  /** Hosts of the MX records, by preference. */
  readonly mxHosts: readonly string[];
  /** null: there is none. */
  readonly live: AdoptablePolicy | null;
  /** Report URIs of the `_smtp._tls` record, or null. */
  readonly rua: readonly string[] | null;
  /** What else the user should know: whole sentences without hostile text. */
  readonly remarks: readonly string[];
}

/** Why there is no proposal: `no-mail`, the domain accepts none; `unknown`, there was no answer. */
export interface NoProposal {
  readonly kind: "no-mail" | "unknown";
  readonly why: string;
}

/** Makes the proposal. A domain whose DNS does not answer gets none: a live policy might be overlooked. */
export function propose(evidence: DomainEvidence): Proposal | NoProposal {
  const { domain, mx, stsTxt, tlsRptTxt } = evidence;
  for (const answer of [mx, stsTxt, tlsRptTxt]) {
    if (answer.status === "failed") {
      const why = `the DNS lookup of ${answer.name} ${answer.type} failed: ${lookupFailureText(answer.failure)}`;
      return { kind: "unknown", why };
    }
  }
  if (mx.status === "no-name")
    return { kind: "no-mail", why: `${domain} does not exist in the DNS` };
  const hosts = mx.records.toSorted((a, b) => a.preference - b.preference);
  const mxHosts = [...new Set(hosts.map(({ exchange }) => exchange))].filter(
    (host) => parseMxPattern(host).ok,
  );
  if (mxHosts.length === 0) {
    const isNull = hosts.some(({ exchange }) => exchange === "");
    const why = isNull
      ? `${domain} accepts no mail: it has a null MX (RFC 7505)`
      : `${domain} has no MX record that names a host`;
    return { kind: "no-mail", why };
  }
  const remarks: string[] = [];
  const live = adoptablePolicyOf(evidence, remarks);
  if (live === "unknown") {
    const why = "a policy is announced, but the policy host could not be reached";
    return { kind: "unknown", why };
  }
  const uncovered = mxHosts.filter(
    (host) => live !== null && !live.policy.mx.some((pattern) => mxMatches(pattern, host)),
  );
  if (live !== null && live.policy.mode !== "none" && uncovered.length > 0) {
    remarks.push(
      `The live policy does not cover ${uncovered.slice(0, 5).join(", ")}: add it below.`,
    );
  }
  return { kind: "declare", mxHosts, live, rua: ruaOf(tlsRptTxt, remarks), remarks };
}

function adoptablePolicyOf(
  { stsTxt, policyHost }: DomainEvidence,
  remarks: string[],
): AdoptablePolicy | null | "unknown" {
  const texts = textsOf(stsTxt);
  const record = selectStsRecord(texts);
  if (!record.ok) {
    if (texts.some((text) => text.startsWith("v=STSv1"))) {
      remarks.push("The TXT record at _mta-sts is not valid, so senders see no policy.");
    }
    return null;
  }
  const { id } = record.value;
  for (const fetch of policyHost.fetches) {
    const policy = policyOf(fetch);
    if (policy === null) continue;
    const ttlSeconds = Math.max(0, ...stsTxt.records.map((one) => one.ttlSeconds));
    return { id, ttlSeconds, ...policy };
  }
  const answered = policyHost.fetches.some(
    ({ failure, status }) => failure === null || status !== null,
  );
  const hasNoHost =
    policyHost.a.status !== "failed" &&
    policyHost.aaaa.status !== "failed" &&
    policyHost.fetches.length === 0;
  if (!answered && !hasNoHost) return "unknown";
  remarks.push(
    `A policy is announced at _mta-sts (id ${id}), but no valid policy could be fetched; senders may still hold an earlier one.`,
  );
  return null;
}

/** The policy that a sender would accept from one address: trusted, complete, status 200, valid. */
function policyOf({
  failure,
  status,
  tls,
  body,
}: PolicyFetch): Pick<AdoptablePolicy, "policy" | "text"> | null {
  if (failure !== null || status !== 200 || tls?.trust !== "trusted") return null;
  if (body?.encoding !== "utf8" || !body.complete) return null;
  const parsed = parsePolicyBytes(new TextEncoder().encode(body.data));
  return parsed.ok ? { policy: parsed.value, text: body.data } : null;
}

function ruaOf(txt: DnsEvidence<TxtData>, remarks: string[]): readonly string[] | null {
  const texts = textsOf(txt);
  const record = selectTlsRptRecord(texts);
  if (record.ok) return record.value.rua;
  if (texts.some((text) => text.startsWith("v=TLSRPTv1"))) {
    remarks.push("The TXT record at _smtp._tls is not valid, so no sender sends reports.");
  }
  return null;
}
