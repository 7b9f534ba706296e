/** The policies that the policy host served. */
import type { Parsed } from "../diagnostics/diagnostic.ts";
import { decodePolicy, type Policy } from "../mta-sts/policy.ts";
import type { BodyEvidence, PolicyFetch, PolicyHostEvidence } from "./evidence.ts";

/** A complete body with status 200 that should be a policy. */
export interface ServedBody {
  readonly address: string;
  /** Decoded; problems' offsets point into it. */
  readonly text: string;
  readonly parsed: Parsed<Policy>;
}

/** What was served instead of a policy. */
export type Instead = "redirect" | "challenge" | "status" | "encoded" | "html";

const redirects: readonly (number | null)[] = [301, 302, 303, 307, 308];

/**
 * Says what was served instead of a policy; null: it may be one. The certificate makes no difference.
 * @see RFC 8461 §3.3
 */
export function insteadOf(fetch: PolicyFetch): Instead | null {
  const { status, body } = fetch;
  const begin = body?.encoding === "utf8" ? body.data.slice(0, 4096) : "";
  const page = looksLikePage(begin);
  if (fetch.mitigated !== null || (page && challenge.test(begin))) return "challenge";
  if (redirects.includes(status)) return "redirect";
  if (status !== 200) return status === null ? null : "status";
  if (!/^\s*(?:identity\s*)?$/i.test(fetch.contentEncoding?.slice(0, 80) ?? "")) return "encoded";
  return page ? "html" : null;
}

const challenge =
  /just a moment|attention required|challenge-platform|cf-chl|checking your browser|captcha/i;

function looksLikePage(begin: string): boolean {
  return /^[\s\ufeff]*<(?:!doctype\s+html|html|head|body|title|meta|script|!--)/i.test(begin);
}

/** Gives the bodies that should be policies, one per address that served one. */
export function servedBodies({ fetches }: PolicyHostEvidence): readonly ServedBody[] {
  return fetches.flatMap((fetch) => {
    const { failure, status, body, address } = fetch;
    if (failure !== null || status !== 200 || body?.complete !== true) return [];
    if (insteadOf(fetch) !== null) return [];
    const bytes = bodyBytes(body);
    return bytes === null ? [] : [{ address, ...decodePolicy(bytes) }];
  });
}

/** Gives the bytes of a body; null if the evidence is not base64. */
export function bodyBytes({ encoding, data }: BodyEvidence): Uint8Array | null {
  if (encoding === "utf8") return new TextEncoder().encode(data);
  try {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  } catch {
    // Somebody edited the evidence.
    return null;
  }
}

/** A policy that some address serves. */
export interface ServedPolicy {
  readonly address: string;
  readonly policy: Policy;
}

/** Gives the served policies that differ in meaning, in the order of the addresses; usually one. */
export function servedPolicies(host: PolicyHostEvidence): readonly ServedPolicy[] {
  const distinct = new Map<string, ServedPolicy>();
  for (const { address, parsed } of servedBodies(host)) {
    if (!parsed.ok) continue;
    const key = meaningOf(parsed.value);
    if (!distinct.has(key)) distinct.set(key, { address, policy: parsed.value });
  }
  return [...distinct.values()];
}

/** A key that is equal for policies that senders treat alike. */
export function meaningOf({ mode, mx, maxAgeSeconds }: Policy): string {
  return JSON.stringify([mode, [...new Set(mx)].sort(), maxAgeSeconds]);
}
