const reserved = new Set([
  "test",
  "example",
  "invalid",
  "localhost",
  "example.com",
  "example.net",
  "example.org",
]);

/** Names of networks that the public DNS knows nothing of. */
const local = new Set(["local", "internal", "home.arpa", "onion", "alt"]);

/**
 * Tells whether a name is set aside for documentation and tests, so that nobody receives mail there.
 * Takes lower-case A-labels without a trailing dot.
 * @see RFC 2606 §2, §3 and RFC 6761 §6
 */
export function isReservedName(ascii: string): boolean {
  return endsIn(reserved, ascii);
}

/**
 * Tells whether the public DNS can know a name: neither a reserved one nor one of a private network.
 * Takes lower-case A-labels without a trailing dot.
 * @see RFC 6761 §6, RFC 6762 §3 (`local`), RFC 7686 (`onion`), RFC 8375 (`home.arpa`), RFC 9476 (`alt`);
 * ICANN set `internal` aside on 2024-07-29
 */
export function isPublicName(ascii: string): boolean {
  return !isReservedName(ascii) && !endsIn(local, ascii);
}

/** Whether the last label of a name, or the last two, are in a set. */
function endsIn(set: ReadonlySet<string>, ascii: string): boolean {
  const last = ascii.lastIndexOf(".");
  if (last === -1) return set.has(ascii);
  if (set.has(ascii.slice(last + 1))) return true;
  return set.has(ascii.slice(ascii.lastIndexOf(".", last - 1) + 1));
}
