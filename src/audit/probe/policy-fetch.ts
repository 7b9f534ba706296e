/** Fetches the policy from one address of its host as a sender does, and records the response. */
import { isUtf8 } from "node:buffer";
import {
  readBody,
  readHead,
  type ResponseBody,
  type ResponseHead,
} from "../../net/https/response.ts";
import { ByteReader } from "../../net/tls/byte-reader.ts";
import { Connection, type Destination } from "../../net/tls/connection.ts";
import type { BodyEvidence, PolicyFetch } from "../evidence.ts";
import type { TlsEvidence } from "../../net/tls/tls-evidence.ts";

const maxField = 500;

/**
 * Fetches the policy. It follows no redirect, asks for no compression and accepts any certificate. It ends at
 * the deadline, even if the server is still sending.
 *
 * @see RFC 8461 §3.3
 */
export async function fetchPolicy(request: Destination): Promise<PolicyFetch> {
  const began = performance.now();
  const connection = new Connection(request);
  const { tls, head, body } = await exchange(connection, request.host);
  const durationMs = Math.round(performance.now() - began);
  const { failure } = connection;
  await connection.close();
  const field = (name: string): string | null =>
    head?.fields.get(name)?.[0]?.slice(0, maxField) ?? null;
  return {
    address: request.address,
    durationMs,
    failure,
    tls,
    status: head?.status ?? null,
    location: field("location"),
    contentType: field("content-type"),
    contentEncoding: field("content-encoding"),
    server: field("server"),
    mitigated: field("cf-mitigated"),
    body: body === null ? null : bodyEvidence(body),
  };
}

interface Exchanged {
  readonly tls: TlsEvidence | null;
  readonly head: ResponseHead | null;
  readonly body: ResponseBody | null;
}

/** Goes as far as the connection works; its `failure` says why it went no further. */
async function exchange(connection: Connection, host: string): Promise<Exchanged> {
  const tls = (await connection.connect()) ? await connection.secure({ sni: true }) : null;
  if (tls === null || connection.failure !== null) return { tls, head: null, body: null };
  connection.enter("request");
  connection.send(requestText(host));
  const reader = new ByteReader(connection);
  if (!(await reader.begin())) return { tls, head: null, body: null };
  connection.enter("headers");
  const head = await readHead(connection, reader);
  if (head === null) return { tls, head: null, body: null };
  connection.enter("body");
  return { tls, head, body: await readBody(connection, reader, head) };
}

function requestText(host: string): string {
  const lines = [
    "GET /.well-known/mta-sts.txt HTTP/1.1",
    `Host: ${host}`,
    "User-Agent: stspress",
    "Accept: */*",
    "Connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function bodyEvidence({ bytes, complete }: ResponseBody): BodyEvidence {
  const encoding = isUtf8(bytes) ? "utf8" : "base64";
  return { encoding, data: bytes.toString(encoding), complete };
}
