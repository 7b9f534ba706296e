import crypto from "node:crypto";

/** Names a text by the first 16 hexadecimal digits of its SHA-256. */
export function shortDigest(text: string): string {
  return crypto.hash("sha256", text, "hex").slice(0, 16);
}

/** Names a text by the first 20 hexadecimal digits of its SHA-1: for caches, where nobody gains by a collision. */
export function cacheDigest(text: string): string {
  return crypto.hash("sha1", text, "hex").slice(0, 20);
}
