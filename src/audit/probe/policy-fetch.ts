/** Fetches the policy from one address of its host as a sender does, and records what came. */
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
 * Fetches the policy: no redirect is followed, no compression asked for, no certificate refused. It
 * ends at the deadline, however slowly something still comes.
 *
 * @see RFC 8461 §3.3
 */
export async function fetchPolicy(request: Destination): Promise<PolicyFetch> {
  const began = performance.now();
  const link = new Connection(request);
  const { tls, head, body } = await exchange(link, request.host);
  const durationMs = Math.round(performance.now() - began);
  const { failure } = link;
  await link.close();
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

/** Goes as far as the link carries; why it went no further stands there. */
async function exchange(link: Connection, host: string): Promise<Exchanged> {
  const tls = (await link.connect()) ? await link.secure({ sni: true }) : null;
  if (tls === null || link.failure !== null) return { tls, head: null, body: null };
  link.enter("request");
  link.send(requestText(host));
  const reader = new ByteReader(link);
  if (!(await reader.begin())) return { tls, head: null, body: null };
  link.enter("headers");
  const head = await readHead(link, reader);
  if (head === null) return { tls, head: null, body: null };
  link.enter("body");
  return { tls, head, body: await readBody(link, reader, head) };
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
