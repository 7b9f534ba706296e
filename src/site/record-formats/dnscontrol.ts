/**
 * Records for DNSControl's dnsconfig.js: a `D_EXTEND` per zone, to stand after the `D()` that names the
 * zone's registrar and provider. Names are relative to the zone, host names end in a dot; DNSControl
 * splits and quotes long texts itself. The syntax is ES5, as DNSControl's own interpreter.
 *
 * @see https://docs.dnscontrol.org/language-reference/top-level-functions/d_extend
 */
import { compareText } from "../../diagnostics/diagnostic.ts";
import { relativeName, type DnsRecord } from "../dns-record.ts";
import { inRemovalOrder } from "../publishing-steps.ts";
import { formatZoneRecord } from "../zone-text.ts";
import { byDomain, byZone, stepLines } from "./grouping.ts";

export function formatDnscontrol(
  records: readonly DnsRecord[],
  removed: readonly DnsRecord[],
): string {
  const lines = [
    "// For dnsconfig.js, after the D() of each zone.",
    "// Policy first, DNS second: dnscontrol pushes a whole zone at once, so add the last step of each domain later.",
  ];
  for (const [zone, inZone] of [...byZone(records)].sort(([a], [b]) => compareText(a, b))) {
    lines.push("", `D_EXTEND(${JSON.stringify(zone)},`);
    let left = inZone.length;
    for (const [domain, ofDomain] of byDomain(inZone)) {
      lines.push(`  // ${domain}`);
      const line = (record: DnsRecord): string => {
        left -= 1;
        return `  ${modifier(record)}${left > 0 ? "," : ""}`;
      };
      lines.push(...stepLines(domain, ofDomain, "  //", line).flat());
    }
    lines.push(");");
  }
  if (removed.length > 0) {
    lines.push("", "// No longer published: remove what made these records, in this order:");
    lines.push(...inRemovalOrder(removed).map((record) => `//   ${formatZoneRecord(record)}`));
  }
  return `${lines.join("\n")}\n`;
}

function modifier(record: DnsRecord): string {
  const { type, value, ttlSeconds } = record;
  const name = JSON.stringify(relativeName(record.name, record.zone, "@"));
  const target = JSON.stringify(type === "CNAME" ? `${value}.` : value);
  return `${type}(${name}, ${target}, TTL(${String(ttlSeconds)}))`;
}
