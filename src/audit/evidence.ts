/**
 * What was observed outside: plain data, not judged, so that it can be saved and judged again. Times are Unix
 * seconds UTC, durations milliseconds. Every text in it may be hostile: escape it before you print it.
 */
import type {
  AddressData,
  CaaData,
  DnsEvidence,
  MxData,
  TlsaData,
  TxtData,
} from "../net/dns/dns-evidence.ts";
import type { ConnectionFailure } from "../net/failure.ts";
import type { TlsEvidence } from "../net/tls/tls-evidence.ts";

/** Version of the shape; it grows when old evidence can no longer be read. */
export const evidenceVersion = 1;

/** Everything that one run observed. */
export interface Evidence {
  readonly version: typeof evidenceVersion;
  readonly domains: readonly DomainEvidence[];
  /** By lower-case host name without the trailing dot; an MX host that several domains share is here once. */
  readonly mxHosts: Readonly<Record<string, MxHostEvidence>>;
}

/** What was observed of one mail domain. */
export interface DomainEvidence {
  /** In A-labels, lower case. */
  readonly domain: string;
  readonly observedAt: number;
  readonly mx: DnsEvidence<MxData>;
  /** TXT at `_mta-sts.<domain>`. */
  readonly stsTxt: DnsEvidence<TxtData>;
  /** TXT at `_smtp._tls.<domain>`. */
  readonly tlsRptTxt: DnsEvidence<TxtData>;
  /** TXT at a random name below the domain: found only if there is a wildcard record. */
  readonly wildcardTxt: DnsEvidence<TxtData>;
  readonly policyHost: PolicyHostEvidence;
}

/** The policy host `mta-sts.<domain>`. */
export interface PolicyHostEvidence {
  readonly host: string;
  readonly a: DnsEvidence<AddressData>;
  readonly aaaa: DnsEvidence<AddressData>;
  /** CAA records that apply to the host (RFC 8659 §3: those of its closest ancestor that has some; `name` says which). */
  readonly caa: DnsEvidence<CaaData>;
  /** One for each address; empty if there is none. */
  readonly fetches: readonly PolicyFetch[];
}

/** One MX host, with every address. */
export interface MxHostEvidence {
  readonly host: string;
  readonly a: DnsEvidence<AddressData>;
  readonly aaaa: DnsEvidence<AddressData>;
  /** TLSA at `_25._tcp.<host>`. */
  readonly tlsa: DnsEvidence<TlsaData>;
  /** One for each address; empty if there is none. */
  readonly probes: readonly SmtpProbe[];
}

/** One SMTP connection to one address of an MX host. */
export interface SmtpProbe {
  readonly address: string;
  readonly durationMs: number;
  /** null: STARTTLS succeeded, whether the certificate is valid or not. */
  readonly failure: ConnectionFailure | null;
  /** First line of the greeting without its code, at most 200 characters; null: there was none. */
  readonly banner: string | null;
  /** Keywords of the EHLO reply, upper case, at most 50; null: there was no reply. */
  readonly keywords: readonly string[] | null;
  readonly startTls: "offered" | "not-offered" | "unknown";
  /** The server sent clear text after its reply to STARTTLS and before the handshake (CVE-2021-38371 and similar). */
  readonly injected: boolean;
  readonly tls: TlsEvidence | null;
  /** SHA-256 of the certificate served to a client without SNI; null: not tried, or there was none. */
  readonly fingerprintWithoutSni: string | null;
  /** dNSName entries of that certificate, at most 100; null as above. */
  readonly dnsNamesWithoutSni: readonly string[] | null;
}

/** One GET of the policy from one address of the policy host. */
export interface PolicyFetch {
  readonly address: string;
  readonly durationMs: number;
  /** null: there was a complete response, whatever its status. */
  readonly failure: ConnectionFailure | null;
  readonly tls: TlsEvidence | null;
  /** null: no response. */
  readonly status: number | null;
  /** Header fields as sent, at most 500 characters each; null: absent. */
  readonly location: string | null;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly server: string | null;
  /** `cf-mitigated`, which Cloudflare sends with a challenge page. */
  readonly mitigated: string | null;
  /** null: no response. */
  readonly body: BodyEvidence | null;
}

export interface BodyEvidence {
  /** As UTF-8 text, or base64 where the bytes are not UTF-8; at most 65,536 bytes of it. */
  readonly encoding: "utf8" | "base64";
  readonly data: string;
  /** Whether the whole body was read; false: it is longer than the limit, or broke off. */
  readonly complete: boolean;
}
