/** Records what a sender would check of a TLS connection. Judges only where the chain of certificates leads. */
import type tls from "node:tls";
import { readCertificate } from "./certificate.ts";
import { explainTrust } from "./trust.ts";
import { fingerprintOf, type TrustStore } from "./trust-store.ts";
import type { CertificateEvidence, TlsEvidence } from "./tls-evidence.ts";

const maxCertificates = 10;
const maxDnsNames = 100;

/** A chain as Node gives it: each certificate with its issuer, if known; a root is its own issuer. */
export interface PeerChain {
  readonly raw: Buffer;
  readonly fingerprint256: string;
  readonly issuerCertificate?: PeerChain;
}

/** The result of a handshake. */
export interface Handshake {
  readonly protocol: string;
  readonly cipher: string;
  readonly peer: PeerChain;
  /** Why OpenSSL does not trust the chain, such as `CERT_HAS_EXPIRED`; null: it does. */
  readonly reason: string | null;
}

/** Reads a socket whose handshake is done; `peer` is the chain, if it is known already. */
export function handshakeOf(socket: tls.TLSSocket, peer?: PeerChain): Handshake {
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
    peer: peer ?? socket.getPeerCertificate(true),
    // The types say that it is an error; it is the code of one.
    reason: socket.authorized ? null : String(socket.authorizationError),
  };
}

/** Records a handshake with `host`. */
export function tlsEvidence(
  { protocol, cipher, peer, reason }: Handshake,
  host: string,
  store: TrustStore,
): TlsEvidence {
  const chain = servedChain(peer, store);
  return {
    protocol,
    cipher,
    chain: chain.map((der) => certificateEvidence(der, host)),
    trust: reason === null ? "trusted" : explainTrust(chain, reason, store),
  };
}

/** Records one certificate; of too many names those that match `host` first, then those in its domain. */
function certificateEvidence(der: Buffer, host: string): CertificateEvidence {
  const fields = readCertificate(der);
  if (fields.dnsNames.length <= maxDnsNames) return fields;
  const parent = host.slice(host.indexOf("."));
  const wanted = [host.toLowerCase(), `*${parent}`.toLowerCase()];
  const distance = (name: string): number => {
    if (wanted.includes(name.toLowerCase())) return 0;
    return `.${name}`.toLowerCase().endsWith(parent) ? 1 : 2;
  };
  const dnsNames = fields.dnsNames.toSorted((a, b) => distance(a) - distance(b));
  return { ...fields, dnsNames: dnsNames.slice(0, maxDnsNames) };
}

/**
 * The certificates in DER, the leaf first. Node appends the trusted root whether it was served or not, so it
 * is left out. A served certificate that issued none of the others is not seen: Node could show it with
 * `getPeerX509Certificate`, but that leaks memory for every issuer (Node 20).
 */
function servedChain(peer: PeerChain, store: TrustStore): readonly Buffer[] {
  const chain: Buffer[] = [];
  const seen = new Set<PeerChain>();
  let next: PeerChain | undefined = peer;
  while (next !== undefined && !seen.has(next) && chain.length < maxCertificates) {
    seen.add(next);
    if (chain.length > 0 && store.fingerprints.has(fingerprintOf(next))) break;
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
