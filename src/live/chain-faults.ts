/** What makes a sender refuse a chain of certificates, of policy hosts and MX hosts alike. */
import { dnsIdMatches } from "../names/dns-id.ts";
import type { CertificateEvidence, TlsEvidence } from "../net/tls/tls-evidence.ts";

export type ChainFault =
  "expired" | "not-yet-valid" | "name" | "self-signed" | "private-root" | "incomplete" | "invalid";

/** A fault, and the certificate that has it; null: none was served. */
export interface FaultyChain {
  readonly fault: ChainFault;
  readonly certificate: CertificateEvidence | null;
}

/**
 * Finds what is wrong with a chain at a time in Unix seconds: trust, dates and name are checked independently,
 * and come in this order. The dates are those of the leaf and of the certificate that issued it.
 * @see RFC 8461 §3.3 and §4.2
 */
export function chainFaults(
  { chain, trust }: TlsEvidence,
  host: string,
  now: number,
): readonly FaultyChain[] {
  const [leaf, next] = chain;
  if (leaf === undefined) return [{ fault: "invalid", certificate: null }];
  const found: FaultyChain[] = [];
  if (trust !== "trusted") found.push({ fault: trust, certificate: leaf });
  const issuer = next !== undefined && next.subject === leaf.issuer ? [next] : [];
  const dated = [leaf, ...issuer];
  const expired = dated.find(({ notAfter }) => !(notAfter >= now));
  const early = dated.find(({ notBefore }) => !(notBefore <= now));
  if (expired !== undefined) found.push({ fault: "expired", certificate: expired });
  else if (early !== undefined) found.push({ fault: "not-yet-valid", certificate: early });
  // Evidence of many names has those that match the host first, so none is overlooked.
  if (!leaf.dnsNames.some((name) => dnsIdMatches(name, host))) {
    found.push({ fault: "name", certificate: leaf });
  }
  return found;
}

const words: Readonly<Record<ChainFault, string>> = {
  expired: "its certificate has expired",
  "not-yet-valid": "its certificate is not valid yet",
  name: "its certificate is for another name",
  "self-signed": "its certificate is self-signed",
  "private-root": "its certificate is from an authority that is not publicly trusted",
  incomplete: "it does not send the intermediate certificate",
  invalid: "its certificate chain is broken",
};

/** Says a fault of the server at an address in a clause. */
export function chainFaultText(fault: ChainFault): string {
  return words[fault];
}
