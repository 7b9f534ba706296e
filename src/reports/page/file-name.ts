/** What a domain's page is called on disk. */
import { createHash } from "node:crypto";

/** Room for an ending in a name of 255 bytes. */
const longest = 200;

/**
 * A file name for a domain, the same each time. A name that is no plain host name, or too long for a
 * file system, is replaced by its digest: it can neither leave the folder nor meet another's.
 */
export function pageFileName(domain: string): string {
  const plain = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(domain) && domain.length <= longest;
  if (plain) return `${domain}.html`;
  return `=${createHash("sha256").update(domain).digest("hex").slice(0, 40)}.html`;
}
