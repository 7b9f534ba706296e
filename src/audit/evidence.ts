/**
 * What was observed outside: plain data, without any judgement, so that it can be saved and judged
 * again. Times are Unix seconds UTC, durations milliseconds. Every text in it may be hostile: nothing
 * here is safe to print as it is.
 */

/** Version of the shape; grows when old evidence can no longer be read. */
export const evidenceVersion = 1;

/** Everything that one run observed. */
export interface Evidence {
  readonly version: typeof evidenceVersion;
  readonly domains: readonly DomainEvidence[];
  /** By lower-case host name without the trailing dot; MX hosts that several domains share stand here once. */
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
  /** TXT at a random name below the domain that nobody has published: found only where a wildcard answers. */
  readonly wildcardTxt: DnsEvidence<TxtData>;
  readonly policyHost: PolicyHostEvidence;
}

/** The policy host `mta-sts.<domain>`. */
export interface PolicyHostEvidence {
  readonly host: string;
  readonly a: DnsEvidence<AddressData>;
  readonly aaaa: DnsEvidence<AddressData>;
  /** CAA records that govern the host (RFC 8659 §3: the closest ancestor that has some; `name` tells which). */
  readonly caa: DnsEvidence<CaaData>;
  /** One per address; empty where there is none. */
  readonly fetches: readonly PolicyFetch[];
}

/**
 * An answer of the DNS. `found`: at least one record of the type. `no-data`: the name exists without
 * the type. `no-name`: NXDOMAIN. `failed`: nobody knows; `failure` says why.
 */
export interface DnsEvidence<T> {
  /** The name asked for, lower case, without the trailing dot. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "MX" | "TXT" | "CAA" | "TLSA";
  readonly status: "found" | "no-data" | "no-name" | "failed";
  /** null unless `failed`. `loop`: CNAMEs lead back, or on and on. `refused`: REFUSED or NOTIMP. */
  readonly failure:
    "timeout" | "servfail" | "refused" | "malformed" | "loop" | "too-large" | "unreachable" | null;
  /** CNAME targets in the order in which they were followed. */
  readonly aliases: readonly string[];
  readonly records: readonly (T & { readonly ttlSeconds: number })[];
  /** The AD bit: the resolver says that DNSSEC proved the answer. */
  readonly authenticated: boolean;
}

export interface AddressData {
  readonly address: string;
}

export interface MxData {
  readonly preference: number;
  /** Lower case, without the trailing dot; "" for the root of a null MX (RFC 7505). */
  readonly exchange: string;
}

export interface TxtData {
  /** The strings of one record, each byte one character (Latin-1); they join without a space. */
  readonly strings: readonly string[];
}

export interface CaaData {
  readonly critical: boolean;
  readonly tag: string;
  readonly value: string;
}

export interface TlsaData {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  /** Hexadecimal. */
  readonly data: string;
}

/** One MX host, with every address. */
export interface MxHostEvidence {
  readonly host: string;
  readonly a: DnsEvidence<AddressData>;
  readonly aaaa: DnsEvidence<AddressData>;
  /** TLSA at `_25._tcp.<host>`. */
  readonly tlsa: DnsEvidence<TlsaData>;
  /** One per address; empty where there is none. */
  readonly probes: readonly SmtpProbe[];
}

/** Why a conversation ended early. */
export interface Failure {
  /** How far it had come. */
  readonly stage:
    "connect" | "banner" | "ehlo" | "starttls" | "tls" | "request" | "headers" | "body";
  /**
   * `timeout`: no answer in time. `refused`, `unreachable`, `reset`, `closed`: of the connection.
   * `not-public`: the address is private, loopback or reserved, and was not tried. `protocol`: an
   * answer that is no answer. `too-large`: more than anybody has to read. `tls-version`: only
   * versions older than TLS 1.2. `tls`: any other failed handshake. `rejected`: the server said no (a
   * 4xx or 5xx reply). `missing`: the local machine cannot (no IPv6).
   */
  readonly kind:
    | "timeout"
    | "refused"
    | "unreachable"
    | "reset"
    | "closed"
    | "not-public"
    | "protocol"
    | "too-large"
    | "tls-version"
    | "tls"
    | "rejected"
    | "missing";
  /** What the system, OpenSSL or the server said, at most 200 characters; may be hostile. */
  readonly detail: string;
}

/** One SMTP conversation with one address of an MX host. */
export interface SmtpProbe {
  readonly address: string;
  readonly durationMs: number;
  /** null: STARTTLS was carried out, whatever the certificate says. */
  readonly failure: Failure | null;
  /** First line of the greeting without its code, at most 200 characters; null: none came. */
  readonly banner: string | null;
  /** Keywords of the EHLO reply, upper case, at most 50; null: none came. */
  readonly keywords: readonly string[] | null;
  readonly startTls: "offered" | "not-offered" | "unknown";
  /** Bytes came in clear after the server's go-ahead for STARTTLS and before the handshake (CVE-2021-38371 and kin). */
  readonly injected: boolean;
  readonly tls: TlsEvidence | null;
  /** SHA-256 of the certificate served to a client that sends no SNI; null: not asked, or none came. */
  readonly fingerprintWithoutSni: string | null;
  /** dNSName entries of that certificate, at most 100: whether it would do for this host all the same; null as above. */
  readonly dnsNamesWithoutSni: readonly string[] | null;
}

/** A TLS handshake that was completed, without regard to whether the certificate is any good. */
export interface TlsEvidence {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** As served, the leaf first, at most 10. */
  readonly chain: readonly CertificateEvidence[];
  /**
   * Whether the chain leads to a trusted root, dates and names aside. `self-signed`: the leaf is its own
   * issuer. `private-root`: it leads to a root that is not trusted. `incomplete`: the issuer of the
   * last certificate was not served and is not known. `invalid`: a signature is wrong, or a certificate
   * that is no CA issued another.
   */
  readonly trust: "trusted" | "self-signed" | "private-root" | "incomplete" | "invalid";
}

export interface CertificateEvidence {
  /** Common names, for people; may be "". */
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** dNSName entries of the SAN extension, as they stand there, at most 100. */
  readonly dnsNames: readonly string[];
  /** How many dNSName entries there are in all. */
  readonly dnsNameCount: number;
  /** SHA-256, hexadecimal without colons. */
  readonly fingerprint: string;
}

/** One GET of the policy from one address of the policy host. */
export interface PolicyFetch {
  readonly address: string;
  readonly durationMs: number;
  /** null: a whole response came, whatever its status. */
  readonly failure: Failure | null;
  readonly tls: TlsEvidence | null;
  /** null: no response. */
  readonly status: number | null;
  /** Header fields as sent, at most 500 characters each; null: not there. */
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
  /** Whether the whole body was read; false: it went on beyond the limit, or broke off. */
  readonly complete: boolean;
}
