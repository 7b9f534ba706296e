/** A certificate authority made on the spot, and every kind of certificate, good and bad, that it is asked for. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

/** What is right or wrong with a certificate, or with the chain that is served with it. */
export type IdentityKind =
  | "good"
  | "wildcard"
  | "expired"
  | "expiring"
  | "not-yet-valid"
  | "wrong-name"
  | "self-signed"
  | "private-root"
  | "missing-intermediate"
  | "common-name-only"
  | "bad-signature"
  | "no-ca"
  | "endless-chain";

/** What a server shows: its key and the chain as served, the leaf first, both PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

type KeyPair = webcrypto.CryptoKeyPair;

/** A certificate that issues others, and the key to do it with. */
interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly keys: KeyPair;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 86_400_000;

/** From and to in days from now. */
type Days = readonly [from: number, to: number];

const usualDays: Days = [-2, 90];
const leafDays: Partial<Record<IdentityKind, Days>> = {
  expired: [-92, -2],
  expiring: [-80, 5],
  "not-yet-valid": [2, 92],
};

/**
 * A root, and an intermediate below it that issues. Whatever is asked for has the same key: making a
 * hundred would take longer than all else.
 */
export class Identities {
  /** The root that its good certificates lead to. */
  readonly rootPem: string;
  readonly #intermediate: Issuer;
  readonly #keys: KeyPair;
  readonly #keyPem: string;

  private constructor(root: Issuer, intermediate: Issuer, keys: KeyPair, keyPem: string) {
    this.rootPem = root.certificate.toString("pem");
    this.#intermediate = intermediate;
    this.#keys = keys;
    this.#keyPem = keyPem;
  }

  static async make(): Promise<Identities> {
    const root = await makeRoot("Zoo Root");
    const intermediate = await makeIntermediate("Zoo Intermediate", root);
    const keys = await makeKeys();
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    const keyPem = x509.PemConverter.encode(pkcs8, "PRIVATE KEY");
    return new Identities(root, intermediate, keys, keyPem);
  }

  /** Makes a certificate of that kind for the names. */
  async issue(kind: IdentityKind, names: readonly string[]): Promise<Identity> {
    const chain = await this.#chain(kind, names);
    return { key: this.#keyPem, cert: chain.join("\n") };
  }

  async #chain(kind: IdentityKind, names: readonly string[]): Promise<readonly string[]> {
    const leaf = (issuer: Issuer | null): Promise<string> => this.#leaf(kind, names, issuer);
    const intermediate = this.#intermediate.certificate.toString("pem");
    switch (kind) {
      case "self-signed":
        return [await leaf(null)];
      case "missing-intermediate":
        return [await leaf(this.#intermediate)];
      case "private-root": {
        const root = await makeRoot("Somebody's Own Root");
        const issuing = await makeIntermediate("Somebody's Own Intermediate", root);
        const above = [issuing, root].map(({ certificate }) => certificate.toString("pem"));
        return [await leaf(issuing), ...above];
      }
      case "no-ca": {
        const issuing = await makeIntermediate("No Authority", this.#intermediate, false);
        return [await leaf(issuing), issuing.certificate.toString("pem"), intermediate];
      }
      case "bad-signature":
        return [spoilSignature(await leaf(this.#intermediate)), intermediate];
      case "endless-chain":
        // OpenSSL reads at most 100 KB of certificates.
        return [await leaf(this.#intermediate), ...Array.from({ length: 300 }, () => intermediate)];
      default:
        return [await leaf(this.#intermediate), intermediate];
    }
  }

  /** Issued by itself where there is no issuer. */
  async #leaf(
    kind: IdentityKind,
    names: readonly string[],
    issuer: Issuer | null,
  ): Promise<string> {
    const [name = "nameless"] = names;
    const subject = kind === "wrong-name" ? "elsewhere.zoo.test" : name;
    // A common name holds 64 characters (RFC 5280 appendix A).
    const distinguished = `CN=${subject.slice(0, 64)}`;
    const certificate = await x509.X509CertificateGenerator.create(
      {
        ...validity(leafDays[kind] ?? usualDays),
        subject: distinguished,
        issuer: issuer?.certificate.subject ?? distinguished,
        publicKey: this.#keys.publicKey,
        signingKey: (issuer?.keys ?? this.#keys).privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          ...alternativeNames(kind, names),
        ],
      },
      webcrypto,
    );
    return certificate.toString("pem");
  }
}

function alternativeNames(kind: IdentityKind, names: readonly string[]): x509.Extension[] {
  if (kind === "common-name-only") return [];
  const told =
    kind === "wrong-name"
      ? ["elsewhere.zoo.test"]
      : names.map((name) => (kind === "wildcard" ? name.replace(/^[^.]+/, "*") : name));
  return [
    new x509.SubjectAlternativeNameExtension(
      told.map((value) => ({ type: "dns" as const, value })),
    ),
  ];
}

async function makeRoot(name: string): Promise<Issuer> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...validity(usualDays),
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      extensions: authorityExtensions(true),
    },
    webcrypto,
  );
  return { certificate, keys };
}

async function makeIntermediate(name: string, issuer: Issuer, isCa = true): Promise<Issuer> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...validity(usualDays),
      subject: `CN=${name}`,
      issuer: issuer.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: issuer.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: authorityExtensions(isCa),
    },
    webcrypto,
  );
  return { certificate, keys };
}

function authorityExtensions(isCa: boolean): x509.Extension[] {
  const usage = x509.KeyUsageFlags;
  return [
    new x509.BasicConstraintsExtension(isCa, undefined, true),
    ...(isCa ? [new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true)] : []),
  ];
}

function makeKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function validity([from, to]: Days): { notBefore: Date; notAfter: Date } {
  const at = (days: number): Date => new Date(Date.now() + days * dayMs);
  return { notBefore: at(from), notAfter: at(to) };
}

/** The signature is what a certificate ends with. */
function spoilSignature(pem: string): string {
  const bytes = new Uint8Array(x509.PemConverter.decodeFirst(pem));
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return x509.PemConverter.encode(bytes, "CERTIFICATE");
}
