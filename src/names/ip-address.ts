/** IP address literals. */

/** Returns an IPv4 literal (four decimal numbers without leading zeros), or null. */
export function parseIpv4(text: string): string | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1) ?? [];
  return match !== null && bytes.every((byte) => Number(byte) <= 255 && !/^0\d/.test(byte))
    ? text
    : null;
}

/**
 * Returns an IPv6 literal in its canonical form, or null; zones (`%eth0`) and prefixes are refused.
 *
 * @see RFC 4291 §2.2, RFC 5952 §4
 */
export function parseIpv6(text: string): string | null {
  const groups = ipv6Groups(text);
  return groups === null ? null : print(groups);
}

/** Returns the eight 16-bit groups of an IPv6 literal, or null, as {@link parseIpv6} does. */
export function ipv6Groups(text: string): readonly number[] | null {
  if (text.length > 45 || !text.includes(":")) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const count = head.length + tail.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return null;
  return [...head, ...Array.from({ length: 8 - count }, () => 0), ...tail];
}

function groupsOf(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes(".")) {
      const bytes = parseIpv4(part)?.split(".").map(Number);
      if (bytes === undefined) return null;
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}

function print(groups: readonly number[]): string {
  let from = -1;
  let longest = 1;
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - start > longest) {
      from = start;
      longest = end - start;
    }
  }
  const hex = (part: readonly number[]): string =>
    part.map((group) => group.toString(16)).join(":");
  return from === -1
    ? hex(groups)
    : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + longest))}`;
}
