/** Prints a number of things, `1 day` or `3 addresses`; the noun in the singular. */
export function pluralize(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${String(count)} ${noun}${noun.endsWith("s") ? "es" : "s"}`;
}
