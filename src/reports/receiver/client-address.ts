/** Who sent a request that came through a proxy. */
import net from "node:net";

const loopback = new net.BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an IP address is this machine's own. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  const family = net.isIP(plain);
  return family !== 0 && loopback.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/** An IPv4 address without the clothes of IPv6 that a dual-stack socket puts on it. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.toLowerCase();
}

/**
 * The client that a proxy names: the last hop of `X-Forwarded-For`, which the proxy itself wrote; what
 * stands before it anybody can write. The peer's own address where it names none.
 */
export function forwardedClient(peer: string, header: string | undefined): string {
  const last = plainAddress((header ?? "").slice(-200).split(",").at(-1)?.trim() ?? "");
  return net.isIP(last) === 0 ? plainAddress(peer) : last;
}

/** What a rate limit counts as one client: an IPv4 address, or the /64 that one customer of IPv6 has. */
export function clientNetwork(address: string): string {
  if (!net.isIPv6(address)) return address;
  const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? 0 : tail.split(":").length + (tail.includes(".") ? 1 : 0);
    while (groups.length + after < 8) groups.push("0");
  }
  const padded = [...groups, "0", "0", "0", "0"].slice(0, 4);
  return `${padded.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
