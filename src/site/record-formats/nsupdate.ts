/**
 * Records as a script for `nsupdate` (RFC 2136). Every RRset is replaced whole, so that running the
 * script twice changes nothing, and each `send` is one transaction of one zone.
 *
 * What a name was before is deleted, too: a CNAME, where addresses or a TXT record come, and the other
 * way round. A server ignores an addition that would stand beside a CNAME, without an error
 * (RFC 2136 §3.4.2.2). Other types, such as CAA at the policy host, stay.
 */
import type { DnsRecord, RecordPurpose } from "../dns-record.ts";
import { formatRdata } from "../zone-text.ts";
import { byZone, groupBy, inWithdrawalOrder } from "./grouping.ts";

/** Characters of one `send`: its message stays well under the 64 KB of DNS over TCP. */
const sendLimit = 32_768;

export function formatNsupdate(
  records: readonly DnsRecord[],
  removed: readonly DnsRecord[],
): string {
  const lines = [
    "; For nsupdate. It asks each zone's primary server; `server` and a key (-k) are yours to add.",
  ];
  const step = (words: readonly string[], chosen: readonly DnsRecord[]): void => {
    if (chosen.length === 0) return;
    lines.push("", ...words.map((text) => `; ${text}`));
    for (const [zone, inZone] of byZone(chosen)) pushUpdates(lines, zone, replacements(inZone));
  };
  step(
    ["Policy hosts and TLS reports: at any time."],
    records.filter((record) => record.purpose !== "mta-sts"),
  );
  step(
    [
      "The records that make senders fetch a policy. Policy first, DNS second: send these only when",
      "https://mta-sts.<domain>/.well-known/mta-sts.txt answers 200 with the policy of this build.",
    ],
    records.filter((record) => record.purpose === "mta-sts"),
  );
  const replaced = new Set(records.map(keyOfName));
  const gone = inWithdrawalOrder(removed).filter((record) => !replaced.has(keyOfName(record)));
  if (gone.length > 0) lines.push("", "; What is no longer published.");
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
