/** Groups and orders of records that every format needs. */
import type { DnsRecord } from "../dns-record.ts";
import { publishingSteps, stepComment } from "../publishing-steps.ts";

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

/** The steps of a domain as comments and the lines of its records, for formats that are read by people. */
export function stepLines(
  domain: string,
  records: readonly DnsRecord[],
  comment: string,
  line: (record: DnsRecord) => string,
): string[][] {
  return publishingSteps(records).map((step, index) => [
    ...stepComment(domain, step).map((text, at) => {
      return `${comment} ${at === 0 ? `${String(index + 1)}.` : "  "} ${text}`;
    }),
    ...step.records.map(line),
  ]);
}
