/**
 * Records for octoDNS's YamlProvider: one YAML document per zone, headed by the name of its file. Keys are in
 * the natural order that octoDNS insists on, semicolons in texts are escaped (`escaped_semicolons: true`,
 * its default until 2.0), a single value is `value:` and several are `values:`, as octodns-dump writes
 * them. octoDNS splits and quotes long texts itself.
 *
 * A file holds a whole zone, so with several zones each document goes into its own file, and all of it
 * beside the records that the zone has already.
 *
 * @see https://octodns.readthedocs.io/en/latest/records.html
 */
import { compareText } from "../../diagnostics/diagnostic.ts";
import { relativeName, type DnsRecord } from "../dns-record.ts";
import { announceOnlyWhen, inRemovalOrder } from "../publishing-steps.ts";
import { formatZoneRecord } from "../zone-text.ts";
import { byZone, groupBy } from "./grouping.ts";

export function formatOctodns(
  records: readonly DnsRecord[],
  removed: readonly DnsRecord[],
): string {
  const lines: string[] = [];
  for (const [zone, inZone] of [...byZone(records)].sort(([a], [b]) => compareText(a, b))) {
    lines.push(
      "---",
      `# ${zone}.yaml, with the source's \`escaped_semicolons: true\``,
      "# Policy first, DNS second: add the _mta-sts records last.",
      `# ${announceOnlyWhen("<domain>")}`,
    );
    const names = groupBy(inZone, (record) => relativeName(record.name, record.zone, ""));
    for (const [name, atName] of [...names].sort(([a], [b]) => compareNaturally(a, b))) {
      lines.push(`${quote(name)}:`, ...recordLines(atName));
    }
  }
  if (removed.length > 0) {
    lines.push("# No longer published: remove these records, in this order:");
    lines.push(...inRemovalOrder(removed).map((record) => `#   ${formatZoneRecord(record)}`));
  }
  return lines.length === 0 ? "--- {}\n" : `${lines.join("\n")}\n`;
}

/** The map of a name's only type, or the list of several: addresses of both families. */
function recordLines(records: readonly DnsRecord[]): string[] {
  const types = [...groupBy(records, (record) => record.type)].sort(([a], [b]) =>
    compareText(a, b),
  );
  return types.flatMap(([type, rrset]) => {
    const values = rrset.map(quotedValue).sort(compareText);
    const [only = ""] = values;
    const map = [
      `ttl: ${String(rrset[0]?.ttlSeconds ?? 0)}`,
      `type: ${type}`,
      ...(values.length === 1
        ? [`value: ${only}`]
        : ["values:", ...values.map((value) => `- ${value}`)]),
    ];
    if (types.length === 1) return map.map((line) => `  ${line}`);
    return map.map((line, at) => `  ${at === 0 ? "- " : "  "}${line}`);
  });
}

function quotedValue({ type, value }: DnsRecord): string {
  if (type === "TXT") return quote(value.replaceAll(";", "\\;"));
  return quote(type === "CNAME" ? `${value}.` : value);
}

/** A single-quoted YAML scalar, in which only the quote itself is special. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Orders as octoDNS (natsort) does: runs of digits by their number, everything else by code point. */
function compareNaturally(a: string, b: string): number {
  const left = naturalParts(a);
  const right = naturalParts(b);
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = at % 2 === 1 ? compareNumbers(part, other) : compareText(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Text, digits, text, …: the digits stand at the odd places. */
function naturalParts(text: string): string[] {
  const parts = text.split(/(\d+)/);
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+(?=.)/, "");
  const right = b.replace(/^0+(?=.)/, "");
  return left.length - right.length || compareText(left, right);
}
