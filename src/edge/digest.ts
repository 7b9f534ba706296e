import crypto from "node:crypto";

/** Names a text by the first 16 hexadecimal digits of its SHA-256. */
export function shortDigest(text: string): string {
  return crypto.hash("sha256", text, "hex").slice(0, 16);
}
