const reserved = new Set([
  "test",
  "example",
  "invalid",
  "localhost",
  "example.com",
  "example.net",
  "example.org",
]);

/**
 * Tells whether a name is set aside for documentation and tests, so that nobody receives mail there.
 * Takes lower-case A-labels without a trailing dot.
 * @see RFC 2606 §2, §3 and RFC 6761 §6
 */
export function isReservedName(ascii: string): boolean {
  const last = ascii.lastIndexOf(".");
  if (last === -1) return reserved.has(ascii);
  if (reserved.has(ascii.slice(last + 1))) return true;
  return reserved.has(ascii.slice(ascii.lastIndexOf(".", last - 1) + 1));
}
