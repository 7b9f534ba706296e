/** Saved evidence → evidence. Somebody may have edited the file, so every field is checked. */
import { z } from "zod";
import { failure, success, type Result } from "../diagnostics/result.ts";
import { evidenceVersion, type Evidence } from "./evidence.ts";

const text = z.string();
const texts = z.array(text);
const orNull = <T extends z.ZodType>(schema: T): z.ZodNullable<T> => z.nullable(schema);
/** Unix seconds; a certificate may be valid since before 1970. */
const seconds = z.number();
const count = z.number().int().min(0);

function dns<T extends z.ZodRawShape>(
  type: "A" | "AAAA" | "MX" | "TXT" | "CAA" | "TLSA",
  record: T,
) {
  return z.object({
    name: text,
    type: z.literal(type),
    status: z.enum(["found", "no-data", "no-name", "failed"]),
    failure: orNull(
      z.enum(["timeout", "servfail", "refused", "malformed", "loop", "too-large", "unreachable"]),
    ),
    aliases: texts,
    records: z.array(z.object({ ...record, ttlSeconds: count })),
    authenticated: z.boolean(),
  });
}

const a = dns("A", { address: text });
const aaaa = dns("AAAA", { address: text });
const txt = dns("TXT", { strings: texts });

const failed = z.object({
  stage: z.enum(["connect", "banner", "ehlo", "starttls", "tls", "request", "headers", "body"]),
  kind: z.enum([
    "timeout",
    "refused",
    "unreachable",
    "reset",
    "closed",
    "not-public",
    "protocol",
    "too-large",
    "tls-version",
    "tls",
    "rejected",
    "missing",
  ]),
  detail: text,
});

const tls = z.object({
  protocol: text,
  cipher: text,
  chain: z.array(
    z.object({
      subject: text,
      issuer: text,
      notBefore: seconds,
      notAfter: seconds,
      dnsNames: texts,
      dnsNameCount: count,
      fingerprint: text,
    }),
  ),
  trust: z.enum(["trusted", "self-signed", "private-root", "incomplete", "invalid"]),
});

const policyFetch = z.object({
  address: text,
  durationMs: z.number(),
  failure: orNull(failed),
  tls: orNull(tls),
  status: orNull(count),
  location: orNull(text),
  contentType: orNull(text),
  contentEncoding: orNull(text),
  server: orNull(text),
  mitigated: orNull(text),
  body: orNull(
    z.object({ encoding: z.enum(["utf8", "base64"]), data: text, complete: z.boolean() }),
  ),
});

const domain = z.object({
  domain: text,
  observedAt: seconds,
  mx: dns("MX", { preference: count, exchange: text }),
  stsTxt: txt,
  tlsRptTxt: txt,
  wildcardTxt: txt,
  policyHost: z.object({
    host: text,
    a,
    aaaa,
    caa: dns("CAA", { critical: z.boolean(), tag: text, value: text }),
    fetches: z.array(policyFetch),
  }),
});

const mxHost = z.object({
  host: text,
  a,
  aaaa,
  tlsa: dns("TLSA", { usage: count, selector: count, matchingType: count, data: text }),
  probes: z.array(
    z.object({
      address: text,
      durationMs: z.number(),
      failure: orNull(failed),
      banner: orNull(text),
      keywords: orNull(texts),
      startTls: z.enum(["offered", "not-offered", "unknown"]),
      injected: z.boolean(),
      tls: orNull(tls),
      fingerprintWithoutSni: orNull(text),
      dnsNamesWithoutSni: orNull(texts),
    }),
  ),
});

const evidence: z.ZodType<Evidence> = z.object({
  version: z.literal(evidenceVersion),
  domains: z.array(domain),
  mxHosts: z.record(text, mxHost),
});

/** Evidence of a program that is newer than this one, whatever else is in it. */
const newerVersion = z.object({ version: z.number().gt(evidenceVersion) });

/** Why a text is not evidence. */
export interface EvidenceFault {
  /** The place in the JSON, such as `domains[0].mx.status`; "" for the whole. */
  readonly path: string;
  readonly detail: string;
  /** The version in the text, if it is newer than this program's. */
  readonly newer: number | null;
}

/** Reads what `audit --save` wrote. Never throws. */
export function readEvidence(json: string): Result<Evidence, EvidenceFault> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const detail = error instanceof Error ? error.message : "it is not JSON";
    return failure({ path: "", detail, newer: null });
  }
  const parsed = evidence.safeParse(value);
  if (parsed.success) return success(parsed.data);
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? [])
    .map((key) => (typeof key === "number" ? `[${String(key)}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  const newer = newerVersion.safeParse(value).data?.version ?? null;
  const detail = issue?.message ?? "it has an unknown shape";
  return failure({ path: path.slice(0, 200), detail, newer });
}
