/**
 * Records as a script for `nsupdate` (RFC 2136). Every RRset is replaced whole, so that running the
 * script twice changes nothing, and each `send` is one transaction of one zone.
 *
 * What a name was before is deleted, too: a CNAME, where addresses or a TXT record come, and the other
 * way round. A server ignores an addition that would stand beside a CNAME, without an error
 * (RFC 2136 §3.4.2.2). Other types, such as CAA at the policy host, stay.
 */
import type { DnsRecord, RecordPurpose } from "../dns-record.ts";
import { inRemovalOrder, publishingSteps, stepComment } from "../publishing-steps.ts";
import { formatRdata } from "../zone-text.ts";
import { byZone, groupBy } from "./grouping.ts";

/** Characters of one `send`: its message stays well under the 64 KB of DNS over TCP. */
const sendLimit = 32_768;

export function formatNsupdate(
  records: readonly DnsRecord[],
  removed: readonly DnsRecord[],
): string {
  const lines = [
    "; For nsupdate, which sends to each zone's primary server. Add `server` and a key (-k) if you need them.",
  ];
  const steps = publishingSteps(records);
  // One transaction for a zone's hosts and addresses, another for its announcements.
  for (const last of [false, true]) {
    const chosen = <T extends { purpose: RecordPurpose }>(items: readonly T[]): T[] => {
      return items.filter(({ purpose }) => (purpose === "mta-sts") === last);
    };
    const words = chosen(steps).flatMap((step) => stepComment("<domain>", step));
    if (words.length > 0) lines.push("", ...words.map((text) => `; ${text}`));
    for (const [zone, inZone] of byZone(chosen(records))) {
      pushUpdates(lines, zone, replacements(inZone));
    }
  }
  const replaced = new Set(records.map(keyOfName));
  const gone = inRemovalOrder(removed).filter((record) => !replaced.has(keyOfName(record)));
  if (gone.length > 0) lines.push("", "; Records that are no longer published.");
  for (const [zone, inZone] of byZone(gone)) {
    pushUpdates(lines, zone, [...new Set(inZone.map((one) => deletion(one.name, one.type)))]);
  }
  return `${lines.join("\n")}\n`;
}

/** What replaces a name deletes every type that stspress could have put there. */
function keyOfName(record: DnsRecord): string {
  return `${record.zone} ${record.name}`;
}

const typesAt: Readonly<Record<RecordPurpose, readonly DnsRecord["type"][]>> = {
  "policy-host": ["CNAME", "A", "AAAA"],
  "tls-rpt": ["CNAME", "TXT"],
  "mta-sts": ["CNAME", "TXT"],
};

/** One text per name, which must not be torn apart. */
function replacements(records: readonly DnsRecord[]): string[] {
  const names = groupBy(records, (record) => record.name);
  return [...names].map(([name, rrsets]) => {
    const purpose = rrsets[0]?.purpose ?? "mta-sts";
    return [...typesAt[purpose].map((type) => deletion(name, type)), ...rrsets.map(addition)].join(
      "\n",
    );
  });
}

function deletion(name: string, type: string): string {
  return `update delete ${name}. ${type}`;
}

function addition({ name, ttlSeconds, type, value }: DnsRecord): string {
  return `update add ${name}. ${String(ttlSeconds)} IN ${type} ${formatRdata(type, value)}`;
}

function pushUpdates(lines: string[], zone: string, updates: readonly string[]): void {
  let size = 0;
  for (const [at, update] of updates.entries()) {
    if (at === 0) lines.push(`zone ${zone}.`);
    else if (size + update.length > sendLimit) {
      lines.push("send", `zone ${zone}.`);
      size = 0;
    }
    lines.push(update);
    size += update.length;
  }
  if (updates.length > 0) lines.push("send");
}
