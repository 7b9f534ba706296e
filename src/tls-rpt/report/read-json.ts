/** The bytes of a report → a JSON value, within bounds. */
import { maxNesting, maxReportBytes } from "./bounds.ts";
import type { Notes } from "./field.ts";
import { refuse, type ReadResult } from "./refusal.ts";

/**
 * Reads the JSON text of a report. Wrong bytes become U+FFFD; a byte order mark and UTF-16 are noted.
 * The nesting is bounded before the text is parsed: `JSON.parse` survives any depth (Node 20: eight
 * million), and takes 5 s and 70 times the memory of the text for it.
 */
export function readJson(bytes: Uint8Array, notes: Notes): ReadResult<unknown> {
  if (bytes.length > maxReportBytes) return refuse("too-large");
  const text = decode(bytes, notes);
  if (nesting(text) > maxNesting) return refuse("json-too-deep");
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refuse("json-invalid");
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function decode(bytes: Uint8Array, notes: Notes): string {
  const [first = 0, second = 0] = bytes;
  // A mark, or a `{` of which the other half is empty.
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && bytes.length > 1)) {
    notes.add("json-encoding");
    return new TextDecoder("utf-16le").decode(bytes);
  }
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) {
    notes.add("json-encoding");
    return new TextDecoder("utf-16be").decode(bytes);
  }
  let text = utf8.decode(bytes);
  if (text.startsWith("\ufeff")) {
    notes.add("json-bom");
    text = text.slice(1);
  }
  // The text may contain the character itself: only then are the bytes checked again.
  if (text.includes("\ufffd") && !isUtf8(bytes)) notes.add("json-not-utf8");
  return text;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** How deep arrays and objects are nested; stops counting beyond the bound. */
function nesting(text: string): number {
  const openings = countOf(text, "{") + countOf(text, "[");
  if (openings <= maxNesting) return openings;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) {
      at = endOfString(text, at);
    } else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest > maxNesting) return deepest;
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
  return deepest;
}

/** How often a character occurs in a text; stops counting beyond the bound of the nesting. */
function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= maxNesting; count += 1) {
    at = text.indexOf(character, at + 1);
  }
  return count;
}

/** Index of the quote that ends the string that begins at an index; the text's end where none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}
