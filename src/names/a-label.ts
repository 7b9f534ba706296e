/** A name of 253 octets never needs more code units; punycode takes quadratic time beyond. */
const maxLength = 1000;

const letters = /^[A-Za-z0-9.\-\u0080-\u{10ffff}]+$/u;

/**
 * Maps a name to lower-case A-labels by UTS 46, as browsers do; null where that is not possible.
 *
 * Takes letters, digits, hyphens, dots and anything outside ASCII. The result still has to be
 * checked like a plain name: mapping can bring forth dots, digits and long labels.
 */
export function toALabels(name: string): string | null {
  if (name.length > maxLength || !letters.test(name)) return null;
  let mapped: string;
  try {
    mapped = new URL(`http://${name}`).hostname;
  } catch {
    // The host's parser has no other way to say no.
    return null;
  }
  if (mapped === "") return null;
  return isSound(mapped) ? mapped : null;
}

/**
 * Whether each A-label is what its letters are written as. Newer versions of Node leave A-labels in a name
 * without other letters as they are (Node 24), so the letters are asked for.
 */
function isSound(name: string): boolean {
  return name
    .split(".")
    .filter((label) => label.startsWith("xn--"))
    .every((label) => {
      const unicode = fromPunycode(label.slice(4));
      // eslint-disable-next-line no-control-regex -- everything outside ASCII
      if (unicode === null || !/[^\x00-\x7f]/.test(unicode)) return false;
      try {
        return new URL(`http://${unicode}`).hostname === label;
      } catch {
        return false;
      }
    });
}

const largestCodePoint = 0x10ffff;

/** Decodes the part of a lower-case A-label behind `xn--`; null where it is none. @see RFC 3492 §6.2 */
function fromPunycode(text: string): string | null {
  const hyphen = text.lastIndexOf("-");
  const points = [...text.slice(0, Math.max(0, hyphen))].map((one) => one.codePointAt(0) ?? 0);
  let [point, index, bias] = [128, 0, 72];
  for (let at = hyphen + 1; at < text.length;) {
    const before = index;
    for (let weight = 1, k = 36; ; k += 36) {
      const digit = "abcdefghijklmnopqrstuvwxyz0123456789".indexOf(text[at] ?? " ");
      at += 1;
      if (digit === -1) return null;
      index += digit * weight;
      const threshold = Math.min(26, Math.max(1, k - bias));
      if (digit < threshold) break;
      weight *= 36 - threshold;
      if (weight > 2 ** 31) return null;
    }
    const count = points.length + 1;
    bias = adapted(index - before, count, before === 0);
    point += Math.floor(index / count);
    if (point > largestCodePoint) return null;
    index %= count;
    points.splice(index, 0, point);
    index += 1;
  }
  return String.fromCodePoint(...points);
}

/** @see RFC 3492 §6.1 */
function adapted(delta: number, count: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? 700 : 2));
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}
