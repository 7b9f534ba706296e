/** Judges where a chain of certificates leads, where OpenSSL does not trust it or says only the half of it. */
import { X509Certificate } from "node:crypto";
import type { TlsEvidence } from "../../audit/evidence.ts";
import type { TrustStore } from "./trust-store.ts";

type Trust = TlsEvidence["trust"];

/** Reasons of OpenSSL that concern dates alone; they hide whatever else is wrong. */
const dateReasons = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

/** More steps than any chain has. */
const mostSteps = 12;

/**
 * Says why OpenSSL does not trust a chain (DER, the leaf first), the leaf's dates aside. `reason` is
 * OpenSSL's, of which there is one however much is wrong. An issuer that is out of date is none: no
 * sender takes it, and what is to be done is to serve the one that replaced it.
 */
export function explainTrust(chain: readonly Buffer[], reason: string, store: TrustStore): Trust {
  const served = chain.map((der) => new X509Certificate(der));
  const [leaf] = served;
  if (leaf === undefined) return "incomplete";
  const now = Date.now();
  const current = store.roots.filter((root) => isCurrent(root, now));
  // A trusted intermediate is no root: OpenSSL goes on to its issuer.
  const anchors = current.filter(isSelfIssued);
  const others = [...served.slice(1), ...current.filter((one) => !isSelfIssued(one))];
  const led = lead(
    leaf,
    anchors,
    others.filter((one) => isCurrent(one, now)),
  );
  // OpenSSL has the last word: it knows of name constraints, purposes and weak keys.
  if (led !== "trusted") return led;
  if (!dateReasons.has(reason)) return "invalid";
  return isCurrent(leaf, now) ? "incomplete" : "trusted";
}

/** Follows the issuers, trusted ones first, as OpenSSL does. */
function lead(
  leaf: X509Certificate,
  anchors: readonly X509Certificate[],
  others: readonly X509Certificate[],
): Trust {
  let current = leaf;
  for (let step = 0; step < mostSteps; step += 1) {
    const certificate = current;
    if (anchors.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) {
      return "trusted";
    }
    if (isSelfSigned(certificate)) {
      return certificate === leaf ? "self-signed" : "private-root";
    }
    const named = (one: X509Certificate): boolean => one.subject === certificate.issuer;
    if (anchors.some((one) => named(one) && isIssuedBy(certificate, one))) return "trusted";
    const candidates = others.filter((one) => one !== certificate && named(one));
    if (candidates.length === 0) return anchors.some(named) ? "invalid" : "incomplete";
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

function isSelfIssued({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer;
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

/** A root of version 1 says nothing of what it may; whoever trusts it would trust it all the same. */
function mayIssue(certificate: X509Certificate): boolean {
  return certificate.ca || isSelfSigned(certificate);
}

function isCurrent({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
