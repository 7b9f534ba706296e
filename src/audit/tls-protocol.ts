/**
 * Tells whether a handshake ended in a version that senders no longer use.
 * @see RFC 9325 §3.1.1
 */
import type { TlsEvidence } from "../net/tls/tls-evidence.ts";
export function isOldTls({ protocol }: Pick<TlsEvidence, "protocol">): boolean {
  return protocol !== "TLSv1.2" && protocol !== "TLSv1.3";
}
