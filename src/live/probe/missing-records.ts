/** Which records of a domain DNS does not give as they were built. */
import type { DnsClient } from "../../net/dns/client.ts";
import type { DnsRecord } from "../../site/dns-record.ts";

/** Gives them as `name TYPE`; null where DNS gave no answer for one. */
export async function missingRecords(
  dns: DnsClient,
  records: readonly DnsRecord[],
): Promise<readonly string[] | null> {
  const states = await Promise.all(records.map((record) => stateOf(dns, record)));
  if (states.includes("unknown")) return null;
  const missing = records.filter((_, at) => states[at] === "missing");
  return [...new Set(missing.map(({ name, type }) => `${name} ${type}`))];
}

async function stateOf(
  dns: DnsClient,
  { name, type, value }: DnsRecord,
): Promise<"published" | "missing" | "unknown"> {
  const answer = await answerOf(dns, name, type);
  // An alias is known although what it leads to is not.
  if (type === "CNAME") {
    if (answer.aliases[0] === value) return "published";
    return answer.status === "failed" && answer.aliases.length === 0 ? "unknown" : "missing";
  }
  if (answer.status === "failed") return "unknown";
  const given = answer.records.map((one) =>
    "strings" in one ? one.strings.join("") : "address" in one ? one.address : "",
  );
  // Another text may stand beside ours; an address behind an alias is not the record that was built.
  const isAlone = type === "TXT" || answer.aliases.length === 0;
  return isAlone && given.includes(value) ? "published" : "missing";
}

/** A query for text finds an alias, too. */
function answerOf(dns: DnsClient, name: string, type: DnsRecord["type"]) {
  if (type === "A") return dns.a(name);
  return type === "AAAA" ? dns.aaaa(name) : dns.txt(name);
}
