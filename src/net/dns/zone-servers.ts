/** Which name servers have the zone of a name, and at which addresses. */
import type { DnsClient } from "./client.ts";

/** A zone, and the hosts of its NS records in alphabetical order: resolvers shuffle them. */
export interface ZoneServers {
  readonly zone: string;
  readonly hosts: readonly string[];
}

/** The addresses of one name server: IPv4 first, each family in order. */
export interface ServerAddresses {
  readonly host: string;
  readonly addresses: readonly string[];
  /** Whether the DNS did not answer for one of the families. */
  readonly isIncomplete: boolean;
}

/** A hostile alias may have a hundred labels; each costs a query. */
const maxSteps = 16;

/**
 * Finds the closest ancestor of a name that has NS records, or the name itself. The servers of a top-level domain
 * are not asked about what is below it. null: there is none, or DNS gave no answer.
 */
export async function findZone(dns: DnsClient, name: string): Promise<ZoneServers | null> {
  let zone = name;
  for (let step = 0; step < maxSteps && zone.includes("."); step += 1) {
    const { status, aliases, records } = await dns.ns(zone);
    // An alias has no NS records of its own (RFC 1034 §3.6.2): these are its target's.
    if (status === "found" && aliases.length === 0) {
      return { zone, hosts: [...new Set(records.map(({ host }) => host))].sort() };
    }
    zone = zone.slice(zone.indexOf(".") + 1);
  }
  return null;
}

/** Looks up the addresses of a host. */
export async function addressesOf(dns: DnsClient, host: string): Promise<ServerAddresses> {
  const [a, aaaa] = await Promise.all([dns.a(host), dns.aaaa(host)]);
  const addresses = [a, aaaa].flatMap(({ records }) =>
    [...new Set(records.map(({ address }) => address))].sort(),
  );
  return { host, addresses, isIncomplete: a.status === "failed" || aaaa.status === "failed" };
}
