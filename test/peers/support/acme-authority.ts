/**
 * An ACME authority: pebble, which validates for real over HTTP-01 and TLS-ALPN-01 at two ports of
 * the loopback interface, behind a DNS server that says 127.0.0.1 for every name.
 */
import fs from "node:fs";
import path from "node:path";
import { CertificateAuthority } from "./certificate-authority.ts";
import { Daemon } from "./daemon.ts";
import { freePorts } from "./ports.ts";
import { run } from "./run.ts";

export const acmePrograms = ["pebble", "pebble-challtestsrv", "openssl", "curl"];

export class AcmeAuthority {
  /** URL of the ACME directory. */
  readonly directory: string;
  /** Root of the certificate of the ACME API itself, PEM. */
  readonly apiRootFile: string;
  /** Root of the certificates that it issues, PEM; new with every start. */
  readonly issuingRootFile: string;
  /** Where it validates HTTP-01. */
  readonly httpPort: number;
  /** Where it validates TLS-ALPN-01. */
  readonly httpsPort: number;
  readonly #pebble: Daemon;
  readonly #dns: Daemon;

  private constructor(
    ports: { readonly api: number; readonly http: number; readonly https: number },
    files: { readonly apiRoot: string; readonly issuingRoot: string },
    daemons: { readonly pebble: Daemon; readonly dns: Daemon },
  ) {
    this.directory = `https://127.0.0.1:${String(ports.api)}/dir`;
    this.apiRootFile = files.apiRoot;
    this.issuingRootFile = files.issuingRoot;
    this.httpPort = ports.http;
    this.httpsPort = ports.https;
    this.#pebble = daemons.pebble;
    this.#dns = daemons.dns;
  }

  static async start(folder: string): Promise<AcmeAuthority> {
    const [api = 0, management = 0, dnsPort = 0, dnsManagement = 0, http = 0, https = 0] =
      await freePorts(6);
    const ca = await CertificateAuthority.make(path.join(folder, "api-ca"));
    const certificate = path.join(folder, "api.pem");
    const privateKey = path.join(folder, "api.key");
    await ca.issue(["IP:127.0.0.1"], certificate, privateKey);
    const config = path.join(folder, "pebble.json");
    fs.writeFileSync(
      config,
      JSON.stringify({
        pebble: {
          listenAddress: `127.0.0.1:${String(api)}`,
          managementListenAddress: `127.0.0.1:${String(management)}`,
          certificate,
          privateKey,
          httpPort: http,
          tlsPort: https,
          ocspResponderURL: "",
          externalAccountBindingRequired: false,
        },
      }),
    );
    const dns = new Daemon("pebble-challtestsrv", [
      ...["-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""],
      ...["-dns01", `127.0.0.1:${String(dnsPort)}`],
      ...["-http01", "", "-https01", "", "-tlsalpn01", ""],
      ...["-management", `127.0.0.1:${String(dnsManagement)}`],
    ]);
    const pebble = new Daemon(
      "pebble",
      ["-config", config, "-dnsserver", `127.0.0.1:${String(dnsPort)}`],
      { env: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" } },
    );
    const issuingRoot = path.join(folder, "issuing-root.pem");
    const rootUrl = `https://127.0.0.1:${String(management)}/roots/0`;
    await pebble.until("root certificate", async () => {
      const args = ["-sf", "--cacert", ca.rootFile, "-o", issuingRoot, rootUrl];
      return (await run("curl", args)).code === 0 ? true : null;
    });
    return new AcmeAuthority(
      { api, http, https },
      { apiRoot: ca.rootFile, issuingRoot },
      { pebble, dns },
    );
  }

  /** What pebble has logged. */
  get log(): string {
    return this.#pebble.said;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pebble.stop(), this.#dns.stop()]);
  }
}
