/** The address of a client, also behind a proxy. */
import net from "node:net";
import { ipv6Groups } from "../../names/ip-address.ts";

const loopback = new net.BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an IP address is this machine's own. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  const family = net.isIP(plain);
  return family !== 0 && loopback.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/** Turns an IPv4-mapped IPv6 address, as dual-stack sockets give it, into IPv4. @see RFC 4291 §2.5.5.2 */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.toLowerCase();
}

/**
 * The client by the last hop of `X-Forwarded-For`, which the proxy itself wrote; anybody can forge the hops
 * before it. Without the header, the peer's own address.
 */
export function forwardedClient(peer: string, header: string | undefined): string {
  const last = plainAddress((header ?? "").slice(-200).split(",").at(-1)?.trim() ?? "");
  return net.isIP(last) === 0 ? plainAddress(peer) : last;
}

/** What counts as one client: an IPv4 address, or the IPv6 /64 of one customer. */
export function clientNetwork(address: string): string {
  const groups = ipv6Groups(address.split("%")[0] ?? "");
  if (groups === null) return address;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}
