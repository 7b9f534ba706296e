/** What changed in a domain's records since the last build. */
import type { DnsRecord } from "./dns-record.ts";

/** An RRset whose values or TTL changed: all its records before and after. */
export interface ChangedRrset {
  readonly before: readonly DnsRecord[];
  readonly after: readonly DnsRecord[];
}

export interface RecordChanges {
  readonly added: readonly DnsRecord[];
  readonly changed: readonly ChangedRrset[];
  readonly removed: readonly DnsRecord[];
}

/**
 * Compares RRsets by zone, name and type; each list keeps its order. A record that moves to another zone
 * or changes its type is removed there and added here.
 */
export function changedRecords(
  before: readonly DnsRecord[],
  after: readonly DnsRecord[],
): RecordChanges {
  const old = rrsets(before);
  const added: DnsRecord[] = [];
  const changed: ChangedRrset[] = [];
  for (const [key, records] of rrsets(after)) {
    const known = old.get(key);
    old.delete(key);
    if (known === undefined) added.push(...records);
    else if (!sameRrset(known, records)) changed.push({ before: known, after: records });
  }
  return { added, changed, removed: [...old.values()].flat() };
}

/** What is to be published of the changes, for a {@link import("./record-formats/formats.ts").RecordFormat}, in publishing order. */
export function recordsToPublish(changes: RecordChanges, after: readonly DnsRecord[]): DnsRecord[] {
  const chosen = new Set([...changes.added, ...changes.changed.flatMap((one) => one.after)]);
  return after.filter((record) => chosen.has(record));
}

function rrsets(records: readonly DnsRecord[]): Map<string, DnsRecord[]> {
  const sets = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const key = `${record.zone} ${record.name} ${record.type}`;
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [record]);
    else set.push(record);
  }
  return sets;
}

/** An RRset has no order. */
function sameRrset(a: readonly DnsRecord[], b: readonly DnsRecord[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Set(a.map(content));
  return b.every((record) => known.has(content(record)));
}

function content(record: DnsRecord): string {
  return `${String(record.ttlSeconds)} ${record.value}`;
}
