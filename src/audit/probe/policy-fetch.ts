/** Fetches the policy from one address of its host as a sender does, and records the response. */
import { isUtf8 } from "node:buffer";
import { get } from "../../net/https/get.ts";
import type { ResponseBody } from "../../net/https/response.ts";
import type { Destination } from "../../net/tls/connection.ts";
import type { BodyEvidence, PolicyFetch } from "../evidence.ts";

const maxField = 500;

/**
 * Fetches the policy; what `get` says of the request holds for it.
 *
 * @see RFC 8461 §3.3
 */
export async function fetchPolicy(request: Destination): Promise<PolicyFetch> {
  const { durationMs, failure, tls, head, body } = await get(request, "/.well-known/mta-sts.txt");
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

function bodyEvidence({ bytes, complete }: ResponseBody): BodyEvidence {
  const encoding = isUtf8(bytes) ? "utf8" : "base64";
  return { encoding, data: bytes.toString(encoding), complete };
}
