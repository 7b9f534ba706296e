/** Records as zone text (RFC 1035 §5.1), to be appended to the zones that its comments name. */
import { compareText } from "../../diagnostics/diagnostic.ts";
import type { DnsRecord } from "../dns-record.ts";
import { inRemovalOrder } from "../publishing-steps.ts";
import { formatZoneRecord } from "../zone-text.ts";
import { byDomain, byZone, stepLines } from "./grouping.ts";

export function formatZone(records: readonly DnsRecord[], removed: readonly DnsRecord[]): string {
  const lines = ["; Policy first, DNS second: take the steps of each domain in order."];
  for (const [zone, inZone] of sorted(byZone(records))) {
    for (const [domain, ofDomain] of byDomain(inZone)) {
      lines.push("", `; ${domain}: records for the zone ${zone}`);
      for (const step of stepLines(domain, ofDomain, ";", formatZoneRecord)) {
        lines.push(";", ...step);
      }
    }
  }
  for (const [zone, inZone] of sorted(byZone(inRemovalOrder(removed)))) {
    lines.push("", `; Remove from the zone ${zone}, in this order:`);
    lines.push(...inZone.map((record) => `;   ${formatZoneRecord(record)}`));
  }
  return `${lines.join("\n")}\n`;
}

function sorted<T>(groups: ReadonlyMap<string, T>): [string, T][] {
  return [...groups].sort(([a], [b]) => compareText(a, b));
}
