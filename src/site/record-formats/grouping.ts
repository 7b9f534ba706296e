/** Records sorted into groups, as every format needs them. */
import type { DnsRecord } from "../dns-record.ts";

/** Groups by a key, in the order in which the keys first appear. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

export function byZone(records: Iterable<DnsRecord>): Map<string, DnsRecord[]> {
  return groupBy(records, (record) => record.zone);
}

export function byDomain(records: Iterable<DnsRecord>): Map<string, DnsRecord[]> {
  return groupBy(records, (record) => record.domain);
}

/** The name as it is written inside its zone: `_mta-sts` in `example.com`; the zone itself is `apex`. */
export function relativeName(record: DnsRecord, apex: string): string {
  return record.name === record.zone ? apex : record.name.slice(0, -record.zone.length - 1);
}

const withdrawal = { "mta-sts": 0, "tls-rpt": 1, "policy-host": 2 } as const;

/** The order in which records go: what leads to the policy before the policy host (RFC 8461 §8.3). */
export function inWithdrawalOrder(records: readonly DnsRecord[]): DnsRecord[] {
  return records.toSorted((a, b) => withdrawal[a.purpose] - withdrawal[b.purpose]);
}
