/** One GET of one path at one address, as far as it goes; what it means is left to whoever asks. */
import { ByteReader } from "../tls/byte-reader.ts";
import { Connection, type Destination } from "../tls/connection.ts";
import type { TlsEvidence } from "../tls/tls-evidence.ts";
import type { Failure } from "../failure.ts";
import { readBody, readHead, type ResponseBody, type ResponseHead } from "./response.ts";

/** What came of a request. */
export interface Exchange {
  readonly durationMs: number;
  /** null: there was a complete response, whatever its status. */
  readonly failure: Failure | null;
  /** null: there was no handshake. The certificate is recorded, not enforced. */
  readonly tls: TlsEvidence | null;
  /** null: no response. */
  readonly head: ResponseHead | null;
  /** null: no response. */
  readonly body: ResponseBody | null;
}

/**
 * Asks for a path. It follows no redirect, asks for no compression and accepts any certificate. It ends at the
 * deadline, even if the server is still sending. Never rejects.
 */
export async function get(to: Destination, path: string): Promise<Exchange> {
  const began = performance.now();
  const connection = new Connection(to);
  const exchanged = await exchange(connection, requestText(to.host, path));
  const durationMs = Math.round(performance.now() - began);
  const { failure } = connection;
  await connection.close();
  return { durationMs, failure, ...exchanged };
}

/** Goes as far as the connection works; its `failure` says why it went no further. */
async function exchange(
  connection: Connection,
  request: string,
): Promise<Pick<Exchange, "tls" | "head" | "body">> {
  const tls = (await connection.connect()) ? await connection.secure({ sni: true }) : null;
  if (tls === null || connection.failure !== null) return { tls, head: null, body: null };
  connection.enter("request");
  connection.send(request);
  const reader = new ByteReader(connection);
  if (!(await reader.begin())) return { tls, head: null, body: null };
  connection.enter("headers");
  const head = await readHead(connection, reader);
  if (head === null) return { tls, head: null, body: null };
  connection.enter("body");
  return { tls, head, body: await readBody(connection, reader, head) };
}

function requestText(host: string, path: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "User-Agent: stspress",
    "Accept: */*",
    "Connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
