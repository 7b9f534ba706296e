/** What a file is, judged by its first bytes: names and media types are often wrong. */

export type ContentKind = "gzip" | "zip" | "json" | "mbox" | "mail" | "other";

/** Bytes that {@link sniff} looks at. */
export const sniffLength = 1024;

/** Recognises the content by its beginning; `other` where nothing fits. */
export function sniff(bytes: Uint8Array): ContentKind {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (a === 0x1f && b === 0x8b) return "gzip";
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return "zip";
  // UTF-16, whose only use here is JSON.
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return "json";
  if ((a === 0 && isOpening(b)) || (b === 0 && isOpening(a))) return "json";
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, sniffLength))
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "");
  if (/^\s*[[{]/.test(head)) return "json";
  if (head.startsWith("From ")) return "mbox";
  return /^[!-9;-~]+[ \t]*:/.test(head) ? "mail" : "other";
}

function isOpening(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}
