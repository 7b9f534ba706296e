/** What the DNS answered: plain data, not judged. Every text in it may be hostile: escape it before you print it. */

/**
 * An answer of the DNS. `found`: at least one record of the type. `no-data`: the name exists without
 * the type. `no-name`: NXDOMAIN. `failed`: unknown; `failure` says why.
 */
export interface DnsEvidence<T> {
  /** The name asked for, lower case, without the trailing dot. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "MX" | "TXT" | "CAA" | "TLSA" | "NS";
  readonly status: "found" | "no-data" | "no-name" | "failed";
  /** null unless `failed`. `loop`: CNAMEs form a loop, or too long a chain. `refused`: REFUSED or NOTIMP. */
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

export interface NsData {
  /** The name server, lower case, without the trailing dot. */
  readonly host: string;
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
