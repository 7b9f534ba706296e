/** The roots that a sender trusts: Node's, the system's, and what the user adds. */
import { hash, X509Certificate } from "node:crypto";
import fs from "node:fs";
import tls from "node:tls";

/** Certificates that chains are built from. */
export interface Issuers {
  /** Roots that have not expired, by subject. */
  readonly anchors: ReadonlyMap<string, readonly X509Certificate[]>;
  /** Trusted certificates that are not roots: a chain may pass through them, but does not end there. */
  readonly intermediates: readonly X509Certificate[];
}

/** Roots, prepared once for many connections: making the context takes longer than many handshakes. */
export class TrustStore {
  readonly context: tls.SecureContext;
  /** SHA-256 of everything in it, as in evidence. */
  readonly fingerprints: ReadonlySet<string>;
  readonly #pems: readonly string[];
  #issuers: Issuers | null = null;

  /** Takes certificates in PEM, by fingerprint. */
  constructor(pems: ReadonlyMap<string, string>) {
    this.#pems = [...pems.values()];
    this.fingerprints = new Set(pems.keys());
    this.context = tls.createSecureContext({
      ca: [...this.#pems],
      // What is older is refused by senders (RFC 8461 §7, RFC 9325 §3.1.1).
      minVersion: "TLSv1.2",
    });
  }

  /** The same certificates, parsed to explain a chain; only when that is needed. */
  get issuers(): Issuers {
    this.#issuers ??= sort(this.#pems);
    return this.#issuers;
  }
}

/** Where systems keep their roots: Debian, Fedora, openSUSE, Alpine and the BSDs. */
const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * Loads the roots: Node's own, those of the first of `bundles` that exists, and those of `caFile`, PEM or DER.
 * Throws if `caFile` cannot be read or holds no certificate.
 */
export function loadTrustStore(
  caFile: string | null,
  bundles: readonly string[] = systemBundles,
): TrustStore {
  const pems = new Map<string, string>();
  for (const pem of [...tls.rootCertificates, ...systemPems(bundles)]) {
    pems.set(hash("sha256", derOf(pem), "hex"), pem);
  }
  for (const certificate of caFile === null ? [] : readCaFile(caFile)) {
    pems.set(fingerprintOf(certificate), certificate.toString());
  }
  return new TrustStore(pems);
}

function sort(pems: readonly string[]): Issuers {
  const anchors = new Map<string, X509Certificate[]>();
  const intermediates: X509Certificate[] = [];
  const now = Date.now();
  for (const pem of pems) {
    const certificate = parse(pem);
    // OpenSSL skips broken certificates too.
    if (certificate === null) continue;
    const { subject, issuer } = certificate;
    if (subject !== issuer) intermediates.push(certificate);
    else if (isCurrent(certificate, now)) {
      anchors.set(subject, [...(anchors.get(subject) ?? []), certificate]);
    }
  }
  return { anchors, intermediates };
}

/** SHA-256, as in evidence. */
export function fingerprintOf({ fingerprint256 }: Pick<X509Certificate, "fingerprint256">): string {
  return fingerprint256.replaceAll(":", "").toLowerCase();
}

/** Whether a certificate is within its validity period; `now` in milliseconds. */
export function isCurrent({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

function readCaFile(caFile: string): readonly X509Certificate[] {
  const bytes = fs.readFileSync(caFile);
  const pems = pemsIn(bytes);
  return (pems.length === 0 ? [bytes] : pems).map((text) => {
    const certificate = parse(text);
    if (certificate === null) throw new NoCertificate(pems.length === 0);
    return certificate;
  });
}

/** The file of the user's own roots has no valid certificate. */
class NoCertificate extends Error {
  /** Empty, so that `describe` gives the message alone. */
  override readonly name = "";

  constructor(none: boolean) {
    super(none ? "it contains no certificate" : "it contains a broken certificate");
  }
}

/** The system's roots are optional: a bundle that cannot be read is skipped. */
function systemPems(bundles: readonly string[]): readonly string[] {
  for (const bundle of bundles) {
    try {
      return pemsIn(fs.readFileSync(bundle));
    } catch {
      continue;
    }
  }
  return [];
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
}

function pemsIn(bytes: Buffer): readonly string[] {
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
  return bytes.toString("latin1").match(block) ?? [];
}

function parse(certificate: string | Buffer): X509Certificate | null {
  try {
    return new X509Certificate(certificate);
  } catch {
    return null;
  }
}
