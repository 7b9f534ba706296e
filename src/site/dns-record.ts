/** DNS records as data; `record-formats/` prints them. */
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

/** Of a domain's records, those for its own zone: all, or the CNAMEs that are published once. */
export function ownRecords<R extends Pick<DnsRecord, "once">>(records: readonly R[]): readonly R[] {
  return isDelegated(records) ? records.filter(({ once }) => once) : records;
}

/** Of a domain's records, those in the zone that it is delegated to. */
export function delegatedRecords<R extends Pick<DnsRecord, "once">>(
  records: readonly R[],
): readonly R[] {
  return isDelegated(records) ? records.filter(({ once }) => !once) : [];
}

function isDelegated(records: readonly Pick<DnsRecord, "once">[]): boolean {
  return records.some(({ once }) => once);
}

/** A name as it is written inside its zone: `_mta-sts` in `example.com`. The zone itself is `apex`; a name outside it stays whole. */
export function relativeName(name: string, zone: string, apex: string): string {
  if (name === zone) return apex;
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}
