/** DNS records as data; how they are printed is the business of `record-formats/`. */
export type RecordPurpose = "policy-host" | "mta-sts" | "tls-rpt";

export interface DnsRecord {
  /** Owner name: absolute, lower-case A-labels and `_` labels, without the trailing dot. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME" | "TXT";
  readonly ttlSeconds: number;
  /** TXT: the whole text, unquoted and unsplit, printable US-ASCII. A, AAAA: the address. CNAME: the host, without the trailing dot. */
  readonly value: string;
  /** The zone that the record is to be written into. */
  readonly zone: string;
  /** The mail domain that it serves. */
  readonly domain: string;
  readonly purpose: RecordPurpose;
  /** True for the CNAMEs that a customer publishes once (delegation). */
  readonly once: boolean;
}
