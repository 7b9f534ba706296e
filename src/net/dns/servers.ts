/** Addresses of DNS servers: the system's, and those that a user gives. */
import dns from "node:dns";
import net from "node:net";

/** An IP address and a port. */
export interface Server {
  readonly address: string;
  readonly port: number;
}

const defaultPort = 53;

/** Lists the system's servers in its order; empty if it has none. */
export function systemServers(): readonly Server[] {
  return dns.getServers().flatMap((text) => parseServer(text) ?? []);
}

/**
 * Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`; the port is 53 unless
 * given, an IPv6 address may carry a zone (`fe80::1%eth0`). Null for anything else.
 */
export function parseServer(text: string): Server | null {
  if (net.isIP(text) !== 0) return { address: text, port: defaultPort };
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (parts === null) return null;
  const [, ipv6, ipv4, digits] = parts;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > 65535) return null;
  if (ipv6 !== undefined) return net.isIPv6(ipv6) ? { address: ipv6, port } : null;
  return ipv4 !== undefined && net.isIPv4(ipv4) ? { address: ipv4, port } : null;
}
