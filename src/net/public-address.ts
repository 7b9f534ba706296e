/** Which addresses belong to the public Internet; an audit connects to no others. */
import { BlockList, isIP } from "node:net";

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry/ */
const notPublic: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  // Multicast, and everything above it, which is reserved.
  ["224.0.0.0", 3],
  // Special parts of 2000::/3: protocol assignments (including Teredo), documentation, 6to4.
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const blocked = new BlockList();
for (const [network, prefix] of notPublic) {
  blocked.addSubnet(network, prefix, network.includes(":") ? "ipv6" : "ipv4");
}

/**
 * All of IPv6 that is assigned for the Internet. Addresses that embed IPv4 (mapped, NAT64) lie outside.
 *
 * @see https://www.iana.org/assignments/ipv6-unicast-address-assignments/
 */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Whether an address is public; false for anything else than an address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !blocked.check(address);
  return (
    family === 6 &&
    !address.includes("%") &&
    globalUnicast.check(address, "ipv6") &&
    !blocked.check(address, "ipv6")
  );
}
