/** The audit of one domain as JSON: documented in docs/audit.md, and kept stable. */
import type { Subject } from "../../subject.ts";
import type { PolicyFetch } from "../../evidence.ts";
import type { FindingPlace } from "../../finding.ts";
import type { AuditVerdict } from "../../judge.ts";
import { explainFinding } from "../../rules.ts";
import { textsOf } from "../../txt-reading.ts";
import { parsePolicy } from "../../../mta-sts/policy.ts";
import { selectStsRecord } from "../../../mta-sts/record.ts";
import { selectTlsRptRecord } from "../../../tls-rpt/record.ts";
import type { TlsEvidence } from "../../../net/tls/tls-evidence.ts";

/** The shape of one domain in `--json` and `--jsonl`. Times are ISO 8601 in UTC. */
export interface JsonAudit {
  readonly domain: string;
  readonly observedAt: string;
  /** Whether the site declares the domain. */
  readonly declared: boolean;
  readonly safe: "yes" | "no" | "unknown";
  readonly reason: string;
  readonly findings: readonly JsonFinding[];
  readonly live: JsonLive;
}

export interface JsonFinding {
  readonly code: string;
  readonly severity: string;
  /** Its effect on the verdict: `no`, `unknown` or `none`. */
  readonly effect: string;
  readonly message: string;
  readonly fix: string | null;
  readonly source: string | null;
  readonly where: FindingPlace;
}

/** What is live; null: there is none, or it cannot be read. */
export interface JsonLive {
  readonly id: string | null;
  readonly policy: {
    readonly mode: string;
    readonly maxAge: number;
    readonly mx: readonly string[];
  } | null;
  readonly rua: readonly string[] | null;
  readonly policyHost: readonly JsonAddress[];
  readonly mx: readonly {
    readonly preference: number;
    readonly host: string;
    readonly addresses: readonly JsonAddress[];
  }[];
}

export interface JsonAddress {
  readonly address: string;
  /** null: nothing failed. */
  readonly failure: {
    readonly stage: string;
    readonly kind: string;
    readonly detail: string;
  } | null;
  readonly tls: string | null;
  readonly certificateExpires: string | null;
}

/** Gives one domain its public JSON shape. */
export function auditToJson(
  { domain, declared, evidence, mxHosts }: Subject,
  { safe, reason, findings }: AuditVerdict,
): JsonAudit {
  const { policyHost } = evidence;
  return {
    domain,
    observedAt: iso(evidence.observedAt) ?? "",
    declared: declared !== null,
    safe,
    reason,
    findings: findings.map((found) => {
      const { severity, effect, message, fix, source } = explainFinding(found);
      return { code: found.code, severity, effect, message, fix, source, where: found.where };
    }),
    live: {
      id: valueOf(selectStsRecord(textsOf(evidence.stsTxt)))?.id ?? null,
      policy: policyHost.fetches.map(policyOf).find((one) => one !== null) ?? null,
      rua: valueOf(selectTlsRptRecord(textsOf(evidence.tlsRptTxt)))?.rua ?? null,
      policyHost: policyHost.fetches.map(addressOf),
      mx: evidence.mx.records
        .toSorted((a, b) => a.preference - b.preference)
        .map(({ preference, exchange }) => ({
          preference,
          host: exchange,
          addresses: (mxHosts.get(exchange)?.probes ?? []).map(addressOf),
        })),
    },
  };
}

function valueOf<T>(
  parsed: { readonly ok: true; readonly value: T } | { readonly ok: false },
): T | null {
  return parsed.ok ? parsed.value : null;
}

function policyOf({ body, status }: PolicyFetch): JsonLive["policy"] {
  if (body?.encoding !== "utf8" || !body.complete || status !== 200) return null;
  const policy = valueOf(parsePolicy(body.data));
  return policy === null
    ? null
    : { mode: policy.mode, maxAge: policy.maxAgeSeconds, mx: policy.mx };
}

function addressOf(one: {
  readonly address: string;
  readonly failure: JsonAddress["failure"];
  readonly tls: TlsEvidence | null;
}): JsonAddress {
  return {
    address: one.address,
    failure: one.failure,
    tls: one.tls?.protocol ?? null,
    certificateExpires: iso(one.tls?.chain[0]?.notAfter),
  };
}

/** Null for a time that `Date` cannot hold, as hostile certificates may have. */
function iso(seconds: number | undefined): string | null {
  if (seconds === undefined || !(Math.abs(seconds) <= 253_402_300_799)) return null;
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
