/** Finds out where a chain of certificates leads, when OpenSSL does not trust it. */
import { X509Certificate } from "node:crypto";
import { fingerprintOf, isCurrent, type Issuers, type TrustStore } from "./trust-store.ts";
import type { TlsEvidence } from "./tls-evidence.ts";

type Trust = TlsEvidence["trust"];

/** OpenSSL's errors about dates; they hide other faults of the chain. */
const dateReasons = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

/** More certificates than any chain has. */
const maxSteps = 12;

/**
 * Says why OpenSSL does not trust a chain (DER, the leaf first), the leaf's dates aside. `reason` is OpenSSL's
 * only error, even if more is wrong. An expired issuer counts as missing: no sender accepts it, and the
 * remedy is to serve the one that replaced it.
 */
export function explainTrust(chain: readonly Buffer[], reason: string, store: TrustStore): Trust {
  const [leaf, ...served] = chain.map((der) => new X509Certificate(der));
  if (leaf === undefined) return "incomplete";
  const now = Date.now();
  const others = [...served, ...store.issuers.intermediates].filter((one) => isCurrent(one, now));
  const destination = store.fingerprints.has(fingerprintOf(leaf))
    ? "trusted"
    : followIssuers(leaf, others, store.issuers);
  // OpenSSL also checks name constraints, purposes and key sizes, so its refusal stands.
  if (destination !== "trusted") return destination;
  if (!dateReasons.has(reason)) return "invalid";
  return isCurrent(leaf, now) ? "incomplete" : "trusted";
}

/** Follows the issuers, trusted ones first, as OpenSSL does. */
function followIssuers(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  { anchors }: Issuers,
): Trust {
  let current = leaf;
  for (let step = 0; step < maxSteps; step += 1) {
    const certificate = current;
    if (isSelfSigned(certificate)) return certificate === leaf ? "self-signed" : "private-root";
    const roots = anchors.get(certificate.issuer) ?? [];
    if (roots.some((root) => isIssuedBy(certificate, root))) return "trusted";
    const candidates = others.filter(({ subject }) => subject === certificate.issuer);
    if (candidates.length === 0) return roots.length > 0 ? "invalid" : "incomplete";
    const issuer = candidates.find((one) => isIssuedBy(certificate, one));
    if (issuer === undefined || !mayIssue(issuer)) return "invalid";
    current = issuer;
  }
  return "invalid";
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
  } catch {
    return false; // a key of an unknown type
  }
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

/** A root of version 1 does not say whether it is a CA; it is trusted anyway. */
function mayIssue(certificate: X509Certificate): boolean {
  return certificate.ca || isSelfSigned(certificate);
}
