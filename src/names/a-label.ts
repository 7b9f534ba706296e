/** A name of 253 octets never needs more code units; punycode takes quadratic time beyond. */
const longest = 1000;

const letters = /^[A-Za-z0-9.\-\u0080-\u{10ffff}]+$/u;

/**
 * Maps a name to lower-case A-labels by UTS 46, as browsers do; null where that is not possible.
 *
 * Takes letters, digits, hyphens, dots and anything outside ASCII. The result still has to be
 * checked like a plain name: mapping can bring forth dots, digits and long labels.
 */
export function toALabels(name: string): string | null {
  if (name.length > longest || !letters.test(name)) return null;
  let mapped: string;
  try {
    mapped = new URL(`http://${name}`).hostname;
  } catch {
    // The host's parser has no other way to say no.
    return null;
  }
  return mapped === "" ? null : mapped;
}
