/** Certificates of any shape, for the chains that no authority issues. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";
import type { Identity } from "../../zoo/identities.ts";

/** A certificate, and the key to go on issuing with. */
export interface Made {
  readonly pem: string;
  readonly der: Buffer;
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface Wanted {
  readonly name: string;
  /** null: itself. */
  readonly issuer: Made | null;
  readonly names?: readonly string[];
  /** In days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly isCa?: boolean;
  readonly pathLength?: number;
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly more?: readonly x509.Extension[];
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

export async function make(wanted: Wanted): Promise<Made> {
  const { name, issuer, names = [], from = -2, to = 90, isCa = true, more = [] } = wanted;
  const keys = wanted.keys ?? (await makeKeys());
  const at = (days: number): Date => new Date(Date.now() + days * 86_400_000);
  const subject = `CN=${name}`;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      notBefore: at(from),
      notAfter: at(to),
      subject,
      issuer: issuer?.subject ?? subject,
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(isCa, wanted.pathLength, true),
        ...(names.length === 0 ? [] : [alternativeNames(names)]),
        ...more,
      ],
    },
    webcrypto,
  );
  const der = Buffer.from(certificate.rawData);
  return { pem: certificate.toString("pem"), der, subject, keys };
}

function alternativeNames(names: readonly string[]): x509.Extension {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: "dns" as const, value })),
  );
}

/** What a server shows: the first is its own. */
export async function identityOf(leaf: Made, ...others: readonly Made[]): Promise<Identity> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", leaf.keys.privateKey);
  const key = x509.PemConverter.encode(pkcs8, "PRIVATE KEY");
  return { key, cert: [leaf, ...others].map(({ pem }) => pem).join("\n") };
}
