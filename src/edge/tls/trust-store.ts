/** The roots that a sender trusts: Node's, the system's, and what the user adds. */
import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import tls from "node:tls";

/** Roots, ready for any number of connections: making the context takes longer than a handshake. */
export interface TrustStore {
  readonly context: tls.SecureContext;
  readonly roots: readonly X509Certificate[];
  /** SHA-256 of each root, as in evidence. */
  readonly fingerprints: ReadonlySet<string>;
}

/** Where systems keep their roots: Debian, Fedora, openSUSE, Alpine and the BSDs. */
const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * Loads the roots: those that come with Node, those of the first of `bundles` that is there, and those
 * of `caFile`, PEM or DER. Throws where `caFile` cannot be read or holds no certificate.
 */
export function loadTrustStore(
  caFile: string | null,
  bundles: readonly string[] = systemBundles,
): TrustStore {
  const byFingerprint = new Map<string, X509Certificate>();
  const add = (certificate: X509Certificate): void => {
    byFingerprint.set(fingerprintOf(certificate), certificate);
  };
  for (const pem of tls.rootCertificates) add(new X509Certificate(pem));
  for (const text of systemTexts(bundles)) {
    const certificate = parse(text);
    // A system trusts what is not in order no more than it can be read.
    if (certificate !== null) add(certificate);
  }
  if (caFile !== null) {
    const bytes = fs.readFileSync(caFile);
    const texts = pemsIn(bytes);
    for (const text of texts.length === 0 ? [bytes] : texts) {
      const certificate = parse(text);
      if (certificate === null) throw new NoCertificate(texts.length === 0);
      add(certificate);
    }
  }
  const roots = [...byFingerprint.values()];
  const context = tls.createSecureContext({
    ca: roots.map((root) => root.toString()),
    // What is older is refused by senders (RFC 8461 §7, RFC 9325 §3.1.1).
    minVersion: "TLSv1.2",
  });
  return { context, roots, fingerprints: new Set(byFingerprint.keys()) };
}

/** The file of the user's own roots holds none. */
class NoCertificate extends Error {
  /** So that it reads as a reason and not as a bug. */
  override readonly name = "";

  constructor(none: boolean) {
    super(none ? "it holds no certificate" : "it holds a certificate that is broken");
  }
}

/** SHA-256, as in evidence. */
function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** What the system trusts is extra: a bundle that cannot be read is not missed. */
function systemTexts(bundles: readonly string[]): readonly string[] {
  for (const bundle of bundles) {
    try {
      return pemsIn(fs.readFileSync(bundle));
    } catch {
      continue;
    }
  }
  return [];
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
