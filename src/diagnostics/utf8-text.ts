import type { Problems } from "./problems.ts";

/**
 * Decodes UTF-8 and says where it is none: `text/not-utf8` per run of wrong bytes, `text/bom` for a
 * byte order mark. Wrong sequences become U+FFFD and the mark stays, so that offsets of later
 * problems count in the text that is returned.
 */
export function decodeUtf8(bytes: Uint8Array, out: Problems): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (text.startsWith("\ufeff")) out.add("text/bom", {}, 0, 1);
  if (text.includes("\ufffd")) reportWrongBytes(bytes, out);
  return text;
}

function reportWrongBytes(bytes: Uint8Array, out: Problems): void {
  let offset = 0;
  for (let at = 0; at < bytes.length;) {
    const size = sequenceAt(bytes, at);
    if (size > 0) {
      at += size;
      offset += size === 4 ? 2 : 1;
      continue;
    }
    const start = at;
    let units = 0;
    for (let wrong = size; wrong < 0; wrong = at < bytes.length ? sequenceAt(bytes, at) : 1) {
      at -= wrong;
      units += 1;
    }
    const shown = Array.from(bytes.subarray(start, Math.min(at, start + 8)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    if (at > start + 8) shown.push("…");
    out.add("text/not-utf8", { bytes: shown.join(" ") }, offset, units);
    offset += units;
  }
}

/**
 * The octets of the well-formed sequence at an index; negative: those of a wrong one, cut as
 * TextDecoder cuts it.
 * @see RFC 3629 §4
 */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return -1;
  for (let index = 1; index < size; index += 1) {
    const byte = bytes[at + index] ?? 0;
    const lowest = index > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const highest = index > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (byte < lowest || byte > highest) return -index;
  }
  return size;
}
