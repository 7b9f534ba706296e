/** curl as the strict client that a sender is: it verifies the certificate and follows nothing. */
import fs from "node:fs";
import path from "node:path";
import { run, type Ended } from "./run.ts";

export interface HttpsRequest {
  /** The name of the URL, and so of the handshake (SNI). */
  readonly host: string;
  /** As sent, without normalisation; the policy's path when left out. */
  readonly path?: string;
  readonly method?: string;
  /** A `Host` header other than the URL's name. */
  readonly hostHeader?: string;
  readonly args?: readonly string[];
}

export interface HttpsAnswer {
  /** Exit code of curl: 0 answered, 35 handshake refused, 60 certificate not trusted, 52 empty reply. */
  readonly exit: number;
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  readonly version: string;
}

/** Where a client finds its server. */
export interface HttpsClientSettings {
  readonly port: number;
  readonly rootFile: string;
  readonly folder: string;
  readonly address?: string;
  readonly scheme?: "http" | "https";
  /** Runs curl elsewhere, in a network namespace for example. */
  readonly runner?: (program: string, args: readonly string[]) => Promise<Ended>;
}

export type HttpsClient = (request: HttpsRequest) => Promise<HttpsAnswer>;

/** Makes a client of one server. */
export function httpsClient(settings: HttpsClientSettings): HttpsClient {
  const { port, rootFile, folder, address = "127.0.0.1", scheme = "https" } = settings;
  let count = 0;
  return async (request) => {
    count += 1;
    const bodyFile = path.join(folder, `body-${String(process.pid)}-${String(count)}`);
    const target = request.path ?? "/.well-known/mta-sts.txt";
    const method =
      request.method === "HEAD"
        ? ["--head"]
        : request.method === undefined
          ? []
          : ["--request", request.method];
    const authority = `${request.host}:${String(port)}`;
    const args = [
      ...["--silent", "--max-time", "20", "--noproxy", "*", "--path-as-is"],
      ...["--cacert", rootFile, "--output", bodyFile],
      ...["--write-out", "%{http_code} %{ssl_verify_result} %{http_version} %{content_type}"],
      ...["--resolve", `${authority}:${address}`],
      ...method,
      ...(request.hostHeader === undefined ? [] : ["--header", `Host: ${request.hostHeader}`]),
      ...(request.args ?? []),
      `${scheme}://${authority}${target}`,
    ];
    const { code, stdout } = await (settings.runner ?? run)("curl", args);
    const [status = "0", , version = "", ...type] = stdout.toString("utf8").split(" ");
    const body =
      fs.existsSync(bodyFile) && request.method !== "HEAD"
        ? fs.readFileSync(bodyFile)
        : Buffer.alloc(0);
    fs.rmSync(bodyFile, { force: true });
    return { exit: code, status: Number(status), version, contentType: type.join(" "), body };
  };
}
