/**
 * Whether a certificate was issued for a host: its SAN's dNSName entries against the host's name.
 * Common names and IP addresses never count, as RFC 8461 demands a DNS-ID.
 */

/**
 * Tells whether a dNSName entry of a certificate stands for the host. Case and the host's trailing dot
 * make no difference; a `*` counts only as the whole leftmost label, for exactly one label, with at
 * least two labels behind it. International names match in A-labels only.
 * @see RFC 9525 §6.3
 */
export function dnsIdMatches(dnsName: string, host: string): boolean {
  const name = host.endsWith(".") ? host.slice(0, -1).toLowerCase() : host.toLowerCase();
  const entry = dnsName.toLowerCase();
  if (!isHostName(name)) return false;
  if (!entry.startsWith("*.")) return entry === name;
  const base = entry.slice(2);
  // Deviates: RFC 9525 leaves `*.com` to the registries; no client takes it for a mail host's name.
  if (!isHostName(base) || !base.includes(".")) return false;
  const dot = name.indexOf(".");
  return name.slice(dot + 1) === base;
}

/** LDH labels parted by dots, and not all digits at the end, which would be an IPv4 address. */
function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(name) &&
    !/(?:^|\.)[0-9]+$/.test(name)
  );
}
