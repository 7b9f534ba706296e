/** Texts from outside, with what nobody would see in them made visible. */

/**
 * Splits a text into what is shown as it is and what would be invisible or reorder what surrounds it:
 * controls, bidirectional overrides, zero-width characters, lone surrogates. Line ends and tabs are kept; the
 * joiners of Persian and Indic names, too.
 */
export function visibleParts(text: string): { text: string; hidden: boolean }[] {
  const parts: { text: string; hidden: boolean }[] = [];
  const lines = text.replaceAll("\r\n", "\n");
  let at = 0;
  for (const found of lines.matchAll(invisible)) {
    if (found.index > at) parts.push({ text: lines.slice(at, found.index), hidden: false });
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    parts.push({ text: `U+${code}`, hidden: true });
    at = found.index + found[0].length;
  }
  if (at < lines.length) parts.push({ text: lines.slice(at), hidden: false });
  return parts;
}

const invisible = /[^\P{C}\n\t\u200c\u200d]|[\u2028\u2029]/gu;
