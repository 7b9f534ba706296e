/** What an IP address is for: the public Internet, or one of the uses that IANA's registries set ranges aside for. */
import { ipv6Groups, parseIpv4 } from "./ip-address.ts";

export type AddressUse =
  | "public"
  | "benchmarking"
  | "carrier-nat"
  | "documentation"
  | "embedded"
  | "link-local"
  | "loopback"
  | "multicast"
  | "private"
  | "protocols"
  | "reserved"
  | "unspecified";

type Range = readonly [network: string, prefix: number, use: AddressUse];

/**
 * A range stands before those that hold it. Some registered ranges have public parts, such as
 * 192.0.0.9/32; no server of one's own has such an address.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/ and RFC 6890 §2.2.2
 */
const ipv4Ranges: readonly Range[] = [
  ["0.0.0.0", 8, "unspecified"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "carrier-nat"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "protocols"],
  ["192.0.2.0", 24, "documentation"],
  // Relays of 6to4, which RFC 7526 took out of service.
  ["192.88.99.0", 24, "protocols"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "benchmarking"],
  ["198.51.100.0", 24, "documentation"],
  ["203.0.113.0", 24, "documentation"],
  ["224.0.0.0", 4, "multicast"],
  ["240.0.0.0", 4, "reserved"],
];

/**
 * Outside 2000::/3, all that is not named is reserved.
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry/ and RFC 6890 §2.2.3
 * @see https://www.iana.org/assignments/ipv6-address-space/
 */
const ipv6Ranges: readonly Range[] = [
  ["::", 128, "unspecified"],
  ["::1", 128, "loopback"],
  // IPv4-compatible, IPv4-mapped, NAT64, Teredo, 6to4.
  ["::", 96, "embedded"],
  ["::ffff:0:0", 96, "embedded"],
  ["64:ff9b::", 96, "embedded"],
  ["64:ff9b:1::", 48, "embedded"],
  ["2001::", 32, "embedded"],
  ["2002::", 16, "embedded"],
  ["2001::", 23, "protocols"],
  ["2001:db8::", 32, "documentation"],
  ["3fff::", 20, "documentation"],
  ["2000::", 3, "public"],
  ["fc00::", 7, "private"],
  ["fe80::", 10, "link-local"],
  // Site-local, which RFC 3879 deprecates.
  ["fec0::", 10, "private"],
  ["ff00::", 8, "multicast"],
];

/** Tells what an address is for; null for anything else than an address. */
export function useOfAddress(text: string): AddressUse | null {
  if (parseIpv4(text) !== null) return useIn(ipv4Table, ipv4Groups(text)) ?? "public";
  const six = ipv6Groups(text);
  return six === null ? null : (useIn(ipv6Table, six) ?? "reserved");
}

/** Whether an address is public; false for anything else than an address. */
export function isPublicAddress(text: string): boolean {
  return useOfAddress(text) === "public";
}

/** A range's network in groups of 16 bits. */
interface Network {
  readonly groups: readonly number[];
  readonly prefix: number;
  readonly use: AddressUse;
}

const ipv4Table = ipv4Ranges.map(([network, prefix, use]): Network => ({
  groups: ipv4Groups(network),
  prefix,
  use,
}));
const ipv6Table = ipv6Ranges.map(([network, prefix, use]): Network => ({
  groups: ipv6Groups(network) ?? [],
  prefix,
  use,
}));

function ipv4Groups(address: string): readonly number[] {
  return ipv6Groups(`::${address}`)?.slice(6) ?? [];
}

function useIn(table: readonly Network[], address: readonly number[]): AddressUse | undefined {
  return table.find(({ groups, prefix }) =>
    groups.every((group, index) => {
      const bits = Math.min(16, Math.max(0, prefix - 16 * index));
      return (group ^ (address[index] ?? 0)) >>> (16 - bits) === 0;
    }),
  )?.use;
}
