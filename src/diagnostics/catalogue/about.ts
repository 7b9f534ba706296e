/** How messages name domains, and lists of names. */

/** What a message about one or more domains of a file is made from. */
export interface About {
  readonly domain: string;
  /** How many more domains of the same file this is true of. */
  readonly others: number;
}

/** The first five of some names. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${String(names.length - 5)} more` : shown;
}

/** `example.com`, or `example.com and 19,999 others`. */
export function these(a: About): string {
  if (a.others === 0) return a.domain;
  return `${a.domain} and ${a.others.toLocaleString("en-US")} other${a.others === 1 ? "" : "s"}`;
}
