/** Small subjects to judge: a domain in good health, and what deviates from it. */
import type { DeclaredDomain, DeclaredInstance, Subject } from "../../../src/audit/subject.ts";
import type {
  DomainEvidence,
  MxHostEvidence,
  PolicyFetch,
  PolicyHostEvidence,
  SmtpProbe,
} from "../../../src/audit/evidence.ts";
import { parsePolicy } from "../../../src/mta-sts/policy.ts";
import type {
  AddressData,
  CaaData,
  DnsEvidence,
  MxData,
  TlsaData,
  TxtData,
} from "../../../src/net/dns/dns-evidence.ts";
import type { ConnectionFailure } from "../../../src/net/failure.ts";
import type { CertificateEvidence, TlsEvidence } from "../../../src/net/tls/tls-evidence.ts";

export const domain = "d.example";
export const mx = "mx.d.example";
export const policyHost = "mta-sts.d.example";
export const day = 86_400;
/** 2026-03-01T00:00:00Z. */
export const now = 1_772_323_200;

type Dns<T> = DnsEvidence<T>;

/** An answer: these records, or none where there are none. */
export function answer<T>(
  name: string,
  type: Dns<T>["type"],
  records: readonly T[],
  more: Partial<Dns<T>> = {},
): Dns<T> {
  return {
    name,
    type,
    status: records.length > 0 ? "found" : "no-data",
    failure: null,
    aliases: [],
    records: records.map((record) => ({ ...record, ttlSeconds: 3600 })),
    authenticated: false,
    ...more,
  };
}

/** No answer. */
export function failed<T>(
  name: string,
  type: Dns<T>["type"],
  failure: Dns<T>["failure"],
  aliases: readonly string[] = [],
): Dns<T> {
  return { ...answer<T>(name, type, []), status: "failed", failure, aliases };
}

export function txt(name: string, ...texts: readonly string[]): Dns<TxtData> {
  return answer(
    name,
    "TXT",
    texts.map((text) => ({ strings: [text] })),
  );
}

export function addresses(
  name: string,
  ...all: readonly string[]
): { readonly a: Dns<AddressData>; readonly aaaa: Dns<AddressData> } {
  const data = all.map((address) => ({ address }));
  return {
    a: answer(
      name,
      "A",
      data.filter(({ address }) => !address.includes(":")),
    ),
    aaaa: answer(
      name,
      "AAAA",
      data.filter(({ address }) => address.includes(":")),
    ),
  };
}

export function mxRecords(...exchanges: readonly string[]): Dns<MxData> {
  return answer(
    domain,
    "MX",
    exchanges.map((exchange, at) => ({ preference: (at + 1) * 10, exchange })),
  );
}

export function caa(...records: readonly CaaData[]): Dns<CaaData> {
  return answer(domain, "CAA", records);
}

export function tlsa(authenticated: boolean): Dns<TlsaData> {
  const record = { usage: 3, selector: 1, matchingType: 1, data: "da".repeat(32) };
  return answer(`_25._tcp.${mx}`, "TLSA", [record], { authenticated });
}

/** A certificate in the middle of its life. */
export function certificate(
  name: string,
  more: Partial<CertificateEvidence> = {},
): CertificateEvidence {
  const dnsNames = more.dnsNames ?? [name];
  return {
    subject: name,
    issuer: "Good CA",
    notBefore: now - 40 * day,
    notAfter: now + 50 * day,
    dnsNames,
    dnsNameCount: dnsNames.length,
    fingerprint: "aa".repeat(32),
    ...more,
  };
}

export function tlsWith(leaf: CertificateEvidence, more: Partial<TlsEvidence> = {}): TlsEvidence {
  const issuer = certificate("Good CA", { issuer: "Good Root", dnsNames: [] });
  return {
    protocol: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    chain: [leaf, issuer],
    trust: "trusted",
    ...more,
  };
}

export function failure(
  stage: ConnectionFailure["stage"],
  kind: ConnectionFailure["kind"],
  detail = "",
): ConnectionFailure {
  return { stage, kind, detail };
}

/** A conversation with an MX host; one that failed has seen no TLS. */
export function probe(more: Partial<SmtpProbe> = {}, host = mx): SmtpProbe {
  const tls = more.failure == null ? tlsWith(certificate(host)) : null;
  return {
    address: "192.0.2.25",
    durationMs: 20,
    failure: null,
    banner: "mx ESMTP",
    keywords: ["SIZE", "STARTTLS"],
    startTls: "offered",
    injected: false,
    tls,
    fingerprintWithoutSni: tls?.chain[0]?.fingerprint ?? null,
    dnsNamesWithoutSni: tls?.chain[0]?.dnsNames ?? null,
    ...more,
  };
}

/** An MX host with these conversations, one per address. */
export function mxHost(
  probes: readonly SmtpProbe[] = [probe()],
  more: Partial<MxHostEvidence> = {},
  host = mx,
): MxHostEvidence {
  return {
    host,
    ...addresses(host, ...probes.map(({ address }) => address)),
    tlsa: answer<TlsaData>(`_25._tcp.${host}`, "TLSA", []),
    probes,
    ...more,
  };
}

/** A policy in the form that pleases every sender. */
export function policyText(
  patterns: readonly string[] = [mx],
  { mode = "enforce", maxAge = 604_800 } = {},
): string {
  const lines = ["version: STSv1", `mode: ${mode}`, ...patterns.map((one) => `mx: ${one}`)];
  return [...lines, `max_age: ${String(maxAge)}`, ""].join("\r\n");
}

/** The fetch of a body; one that failed has seen neither TLS nor an answer. */
export function fetched(body = policyText(), more: Partial<PolicyFetch> = {}): PolicyFetch {
  const ok = more.failure == null;
  return {
    address: "192.0.2.10",
    durationMs: 20,
    failure: null,
    tls: ok ? tlsWith(certificate(policyHost)) : null,
    status: ok ? 200 : null,
    location: null,
    contentType: ok ? "text/plain" : null,
    contentEncoding: null,
    server: null,
    mitigated: null,
    body: ok ? { encoding: "utf8", data: body, complete: true } : null,
    ...more,
  };
}

export function hostWith(
  fetches: readonly PolicyFetch[],
  more: Partial<PolicyHostEvidence> = {},
): PolicyHostEvidence {
  return {
    host: policyHost,
    ...addresses(policyHost, ...fetches.map(({ address }) => address)),
    caa: answer<CaaData>(domain, "CAA", []),
    fetches,
    ...more,
  };
}

/** What deviates from a domain in good health. */
export interface Deviation {
  readonly evidence?: Partial<DomainEvidence>;
  readonly declared?: Partial<DeclaredDomain>;
  /** The hosts looked at; default: one in good health. */
  readonly mxHosts?: readonly MxHostEvidence[];
}

export function subject({
  evidence = {},
  declared,
  mxHosts = [mxHost()],
}: Deviation = {}): Subject {
  return {
    domain,
    declared: declared === undefined ? null : declaration(declared),
    evidence: {
      domain,
      observedAt: now,
      mx: mxRecords(mx),
      stsTxt: txt(`_mta-sts.${domain}`, "v=STSv1; id=built2"),
      tlsRptTxt: txt(`_smtp._tls.${domain}`, "v=TLSRPTv1; rua=mailto:t@d.example"),
      wildcardTxt: answer<TxtData>(`x7.${domain}`, "TXT", [], { status: "no-name" }),
      policyHost: hostWith([fetched()]),
      ...evidence,
    },
    mxHosts: new Map(mxHosts.map((one) => [one.host, one])),
  };
}

/** A build of this policy text. */
export function instance(id: string, text: string): DeclaredInstance {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error("the test's policy is none");
  return { id, text, policy: parsed.value, liveAt: now - 10 * day };
}

/** What is declared is built, and is what a domain in good health shows. */
function declaration(more: Partial<DeclaredDomain> = {}): DeclaredDomain {
  const current = more.current === undefined ? instance("built2", policyText()) : more.current;
  return {
    policy: current?.policy ?? null,
    profilePatterns: new Set(),
    enforceFrom: null,
    rua: ["mailto:t@d.example"],
    target: "caddy",
    address: { ipv4: ["192.0.2.10"], ipv6: [], host: null },
    delegation: null,
    earlier: [instance("built1", policyText(["old.d.example", mx]))],
    ...more,
    current,
  };
}
