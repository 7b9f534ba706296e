/**
 * The DNS records that a domain needs. What they say apart from the id is a {@link DnsShape}, which
 * knows no domain's name: thousands of domains share one, and the lock keeps each distinct one once.
 *
 * @see RFC 8461 §3.1 (`_mta-sts`), §3.3 (the policy host), §8.2 (delegation); RFC 8460 §3 (`_smtp._tls`)
 */
import { parseIpv4, parseIpv6 } from "../names/ip-address.ts";
import { formatStsRecord } from "../mta-sts/record.ts";
import { parseDomainName } from "../names/domain-name.ts";
import { formatTlsRptRecord } from "../tls-rpt/record.ts";
import {
  policyHostOf,
  type DomainConfig,
  type HostAddress,
  type TargetSettings,
} from "../config/site-config.ts";
import type { DnsRecord } from "./dns-record.ts";

/** A domain's records without its name and its id. Plain data; the same settings give the same JSON. */
export interface DnsShape {
  /** null: the domain is a zone of its own. */
  readonly zone: string | null;
  readonly ttlSeconds: number;
  /** The zone that the changing records are delegated to by CNAME, or null. */
  readonly delegation: string | null;
  /** Report URIs as published, at least one; null: no TLS-RPT record. */
  readonly rua: readonly string[] | null;
  /** Where the policy host points; null: no policy, or an address that was not told. */
  readonly address: HostAddress | null;
}

/** Works out a domain's records, all but the id. */
export function dnsShapeOf(domain: DomainConfig, targets: TargetSettings): DnsShape {
  const address = domain.mtaSts === null ? undefined : targets[domain.target]?.address;
  return {
    zone: domain.zone === domain.domain ? null : domain.zone,
    ttlSeconds: domain.ttlSeconds,
    delegation: domain.delegation,
    rua: domain.rua,
    address: address === undefined ? null : canonicalAddress(address),
  };
}

/** Sorts, so that the order in which addresses were written changes nothing. */
function canonicalAddress({ ipv4, ipv6, host }: HostAddress): HostAddress | null {
  if (host !== null) return { ipv4: [], ipv6: [], host };
  if (ipv4.length === 0 && ipv6.length === 0) return null;
  return { ipv4: [...new Set(ipv4)].sort(), ipv6: [...new Set(ipv6)].sort(), host: null };
}

/**
 * Returns a domain's records in the order in which they are to be published: the policy host, TLS-RPT,
 * `_mta-sts`. Of a delegated pair the TXT record comes before the CNAME that leads to it.
 *
 * @param id the policy id; null: no policy is published, hence neither policy host nor `_mta-sts`.
 */
export function recordsOf(domain: string, shape: DnsShape, id: string | null): DnsRecord[] {
  const zone = shape.zone ?? domain;
  const { ttlSeconds, delegation } = shape;
  const records: DnsRecord[] = [];
  if (id !== null && shape.address !== null) {
    const { ipv4, ipv6, host } = shape.address;
    const name = policyHostOf(domain);
    const once = delegation !== null;
    const purpose = "policy-host";
    const add = (type: "A" | "AAAA" | "CNAME", value: string): void => {
      records.push({ name, ttlSeconds, zone, domain, purpose, once, type, value });
    };
    if (host !== null) add("CNAME", host);
    for (const value of ipv4) add("A", value);
    for (const value of ipv6) add("AAAA", value);
  }
  const text = (purpose: "tls-rpt" | "mta-sts", label: string, value: string): void => {
    const name = `${label}.${domain}`;
    if (delegation === null) {
      records.push({ name, type: "TXT", value, zone, once: false, ttlSeconds, domain, purpose });
      return;
    }
    const held = `${domain}.${label}.${delegation}`;
    const at = delegation;
    records.push(
      { name: held, type: "TXT", value, zone: at, once: false, ttlSeconds, domain, purpose },
      { name, type: "CNAME", value: held, zone, once: true, ttlSeconds, domain, purpose },
    );
  };
  if (shape.rua !== null)
    text("tls-rpt", "_smtp._tls", formatTlsRptRecord({ rua: shape.rua, extensions: [] }));
  // With the last semicolon, as in the RFC's own example and nearly every record there is.
  if (id !== null) text("mta-sts", "_mta-sts", `${formatStsRecord({ id, extensions: [] })};`);
  return records;
}

/** Reads a shape from the lock, which anybody may have edited; null for anything that no build writes. */
export function dnsShapeFromJson(json: unknown): DnsShape | null {
  if (!isObject(json)) return null;
  const { zone, ttlSeconds, delegation, rua, address } = json;
  if (!isNullOr(zone, isName) || !isNullOr(delegation, isName)) return null;
  if (!isTtl(ttlSeconds) || !isNullOr(rua, isUriList)) return null;
  const read = address === null ? null : addressFromJson(address);
  return read === undefined ? null : { zone, ttlSeconds, delegation, rua, address: read };
}

function addressFromJson(json: unknown): HostAddress | undefined {
  if (!isObject(json)) return undefined;
  const { ipv4, ipv6, host } = json;
  if (!isListOf(ipv4, parseIpv4) || !isListOf(ipv6, parseIpv6) || !isNullOr(host, isName)) {
    return undefined;
  }
  const addresses = ipv4.length + ipv6.length;
  return (host === null) === addresses > 0 ? { ipv4, ipv6, host } : undefined;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isNullOr<T>(json: unknown, is: (json: unknown) => json is T): json is T | null {
  return json === null || is(json);
}

function isName(json: unknown): json is string {
  if (typeof json !== "string") return false;
  const parsed = parseDomainName(json);
  return parsed.ok && parsed.value.ascii === json;
}

/** @see RFC 2181 §8 */
function isTtl(json: unknown): json is number {
  return Number.isInteger(json) && (json as number) >= 0 && (json as number) <= 0x7fff_ffff;
}

/** Printable ASCII without what parts one field or URI from the next (RFC 8460 §3), or a string from another. */
const publishedUri = /^(?:mailto:|https:)(?:(?![,;!"\\])[\x21-\x7e])+$/;

function isUriList(json: unknown): json is string[] {
  return (
    Array.isArray(json) &&
    json.length > 0 &&
    json.every((uri) => typeof uri === "string" && publishedUri.test(uri))
  );
}

function isListOf(json: unknown, parse: (text: string) => string | null): json is string[] {
  return (
    Array.isArray(json) && json.every((text) => typeof text === "string" && parse(text) === text)
  );
}
