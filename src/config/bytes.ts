/** Bytes of a file → text that people can review, or why not. */
import { problem, type Problem } from "../diagnostics/diagnostic.ts";

/** Beyond this a file is not parsed, in bytes; 100,000 names in one group are about 3 MB. */
export const maxFileBytes = 4 * 1024 * 1024;

/** A text, and what is wrong with it as a text; nothing is read from a text with a problem. */
export interface Decoded {
  readonly text: string;
  readonly problem: Problem | null;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * What may not stand in a reviewed text: controls, a return without its line feed, other line
 * separators, and the bidirectional overrides that make a line read otherwise than it is.
 */
const invisible =
  // eslint-disable-next-line no-control-regex -- controls are what it looks for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\r(?!\n)/;

/** Decodes a file's bytes as UTF-8. Errors: `file/too-large`, `file/not-utf8`, `file/bom`, `file/control-character`. */
export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length > maxFileBytes) {
    const args = { bytes: bytes.length, limit: maxFileBytes };
    return { text: "", problem: problem("file/too-large", args, 0, 1) };
  }
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return undecodable(bytes);
  }
  if (text.charCodeAt(0) === 0xfeff) {
    return { text: text.slice(1), problem: problem("file/bom", {}, 0, 1) };
  }
  const hidden = invisible.exec(text);
  if (hidden !== null) {
    const code = `U+${hidden[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return { text, problem: problem("file/control-character", { code }, hidden.index, 1) };
  }
  return { text, problem: null };
}

function undecodable(bytes: Uint8Array): Decoded {
  const first = bytes[0] ?? 0;
  const second = bytes[1] ?? 0;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const good = utf16 ? 0 : lenient.decode(bytes.subarray(0, firstBadByte(bytes))).length;
  return {
    text: utf16 ? "" : lenient.decode(bytes),
    problem: problem("file/not-utf8", { utf16 }, good, 1),
  };
}

/** The index at which a whole number of characters ends and the first wrong sequence begins. */
function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // A prefix is decodable (but for a character cut at its end) exactly until the first bad byte.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isSoundPrefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  // The sound prefix may end inside a character that the next byte breaks.
  while (low > 0 && !isWhole(bytes.subarray(0, low))) low -= 1;
  return low;
}

function isSoundPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
