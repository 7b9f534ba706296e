/** A certificate authority of the test's own, made with openssl. */
import fs from "node:fs";
import path from "node:path";
import { runOk } from "./run.ts";

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export class CertificateAuthority {
  /** The root certificate, PEM. */
  readonly rootFile: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.rootFile = path.join(folder, "ca.pem");
  }

  static async make(folder: string, days = 30): Promise<CertificateAuthority> {
    fs.mkdirSync(folder, { recursive: true });
    const authority = new CertificateAuthority(folder);
    await runOk("openssl", [
      ...["req", "-x509", ...key, "-keyout", path.join(folder, "ca.key")],
      ...["-out", authority.rootFile, "-days", String(days), "-subj", "/CN=stspress test CA"],
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
    return authority;
  }

  /**
   * Issues a certificate for subject alternative names such as `DNS:a.example` or `IP:127.0.0.1`. With
   * negative `days` it is expired.
   */
  async issue(
    names: readonly string[],
    certFile: string,
    keyFile: string,
    days = 30,
  ): Promise<void> {
    const request = `${certFile}.csr`;
    const extensions = `${certFile}.ext`;
    fs.mkdirSync(path.dirname(certFile), { recursive: true });
    fs.writeFileSync(
      extensions,
      `subjectAltName=${names.join(",")}\nextendedKeyUsage=serverAuth\n`,
    );
    await runOk("openssl", [
      "req",
      ...key,
      "-keyout",
      keyFile,
      "-out",
      request,
      "-subj",
      "/CN=leaf",
    ]);
    await runOk("openssl", [
      ...["x509", "-req", "-in", request, "-CA", this.rootFile],
      ...["-CAkey", path.join(this.#folder, "ca.key"), "-CAcreateserial"],
      ...["-days", String(days), "-extfile", extensions, "-out", certFile],
    ]);
    fs.chmodSync(keyFile, 0o644);
    fs.rmSync(request);
    fs.rmSync(extensions);
  }

  /** Makes a certificate that is its own issuer. */
  static async selfSigned(name: string, certFile: string, keyFile: string): Promise<void> {
    await runOk("openssl", [
      ...["req", "-x509", ...key, "-keyout", keyFile, "-out", certFile],
      ...["-days", "30", "-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`],
    ]);
    fs.chmodSync(keyFile, 0o644);
  }
}
