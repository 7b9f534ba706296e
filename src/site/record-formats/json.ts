/**
 * Records as one JSON object, `{"version": 1, "records": […], "removed": […]}`. Names and host names are absolute
 * without the trailing dot; `ttl` is in seconds; a TXT value is the whole text, unquoted and unsplit.
 */
import type { DnsRecord } from "../dns-record.ts";

export function formatJson(records: readonly DnsRecord[], removed: readonly DnsRecord[]): string {
  const json = {
    version: 1,
    records: records.map(recordToJson),
    removed: removed.map(recordToJson),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** A record as scripts see it. */
interface RecordJson {
  readonly domain: string;
  readonly zone: string;
  readonly name: string;
  readonly type: DnsRecord["type"];
  readonly ttl: number;
  readonly value: string;
  readonly purpose: DnsRecord["purpose"];
  /** A delegated domain's own record, which is published once. */
  readonly once: boolean;
}

function recordToJson(record: DnsRecord): RecordJson {
  const { domain, zone, name, type, ttlSeconds: ttl, value, purpose, once } = record;
  return { domain, zone, name, type, ttl, value, purpose, once };
}
