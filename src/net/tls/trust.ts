/** Judges where a chain of certificates leads, where OpenSSL does not trust it or says only the half of it. */
import { X509Certificate } from "node:crypto";
import { fingerprintOf, isCurrent, type Issuers, type TrustStore } from "./trust-store.ts";
import type { TlsEvidence } from "./tls-evidence.ts";

type Trust = TlsEvidence["trust"];

/** Reasons of OpenSSL that concern dates alone; they hide whatever else is wrong. */
const dateReasons = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

/** More steps than any chain has. */
const maxSteps = 12;

/**
 * Says why OpenSSL does not trust a chain (DER, the leaf first), the leaf's dates aside. `reason` is
 * OpenSSL's, of which there is one however much is wrong. An issuer that is out of date is none: no
 * sender takes it, and what is to be done is to serve the one that replaced it.
 */
export function explainTrust(chain: readonly Buffer[], reason: string, store: TrustStore): Trust {
  const [leaf, ...served] = chain.map((der) => new X509Certificate(der));
  if (leaf === undefined) return "incomplete";
  const now = Date.now();
  const others = [...served, ...store.issuers.intermediates].filter((one) => isCurrent(one, now));
  const led = store.fingerprints.has(fingerprintOf(leaf))
    ? "trusted"
    : lead(leaf, others, store.issuers);
  // OpenSSL has the last word: it knows of name constraints, purposes and weak keys.
  if (led !== "trusted") return led;
  if (!dateReasons.has(reason)) return "invalid";
  return isCurrent(leaf, now) ? "incomplete" : "trusted";
}

/** Follows the issuers, trusted ones first, as OpenSSL does. */
function lead(
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
    return false; // a key of a kind that nobody knows
  }
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

/** A root of version 1 says nothing of what it may; whoever trusts it would trust it all the same. */
function mayIssue(certificate: X509Certificate): boolean {
  return certificate.ca || isSelfSigned(certificate);
}
