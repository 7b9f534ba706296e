/**
 * One mail domain of the zoo: what deviates from a domain in good health, and what an audit has to say
 * about it. A domain that deviates in nothing has one MX host and one policy host, each with one
 * address, an enforced policy and a TLS-RPT record.
 */
import type { Safe } from "../../src/audit/judge.ts";
import type { FindingCode } from "../../src/audit/rules.ts";
import type { MxServer } from "./mx-server.ts";
import type { PolicyServer } from "./policy-server.ts";
import type { Zone } from "./zone.ts";

/** The parent of every domain of the zoo; reserved by RFC 6761 §6.2, so nobody is ever asked for it. */
export const zooZone = "zoo.test";

/** The names that belong to one mail domain. */
export interface Names {
  readonly domain: string;
  /** The host of the MX record, where the entry names no other. */
  readonly mx: string;
  readonly policyHost: string;
  /** Owner of the `_mta-sts` record. */
  readonly sts: string;
  /** Owner of the `_smtp._tls` record. */
  readonly tlsRpt: string;
}

export function namesOf({ name }: Pick<ZooEntry, "name">): Names {
  const domain = `${name}.${zooZone}`;
  return {
    domain,
    mx: `mx.${domain}`,
    policyHost: `mta-sts.${domain}`,
    sts: `_mta-sts.${domain}`,
    tlsRpt: `_smtp._tls.${domain}`,
  };
}

/** An address where a server stands, or where none does. */
export type Standing<S> = S & {
  /** `ipv6`: at ::1, which all share, told apart by SNI. `nobody`: the address refuses connections. */
  readonly at?: "ipv4" | "ipv6" | "nobody";
};

/** A host of an MX record, and the servers at its addresses. */
export interface MxHost {
  /** Full name; default: `mx.` and the domain. */
  readonly host?: string;
  readonly preference?: number;
  /** Default: one in good health. Empty: the addresses are another entry's. */
  readonly servers?: readonly Standing<MxServer>[];
}

/** What the site declares, and how far it was built: by really running the program. */
export interface ZooDeclaration {
  /** YAML below the `domain:` line, as built first. */
  readonly first: string;
  /** Built after it. */
  readonly second?: string;
  /** Written after the last build. */
  readonly unbuilt?: string;
  /** false: the first build is not recorded live. */
  readonly live?: false;
  /** Which instance the TXT record names; default: the last that was built. */
  readonly txt?: "first" | "second";
  /** Which instance's policy is served; default: the last that was built. */
  readonly policy?: "first" | "second";
}

export interface ZooEntry {
  /** The name below zoo.test: the fault. */
  readonly name: string;
  /** What is wrong, in one line. */
  readonly what: string;
  /** Exactly the codes that an audit finds, each once. */
  readonly codes: readonly FindingCode[];
  readonly safe: Safe;
  /** Default: one host in good health. */
  readonly mx?: readonly MxHost[];
  /** Default: one server in good health. */
  readonly policyHost?: readonly Standing<PolicyServer>[];
  /** The policy as served; default: enforce, the MX hosts, one week; of declared domains, what was built. */
  readonly policy?: (names: Names) => string;
  /** Changes what the DNS says. */
  readonly dns?: (zone: Zone, names: Names) => void;
  readonly declared?: ZooDeclaration;
}

/** A policy in the form that pleases every sender. */
export function policyText(
  mx: readonly string[],
  { mode = "enforce", end = "\r\n" }: { mode?: string; end?: string } = {},
): string {
  const lines = ["version: STSv1", `mode: ${mode}`, ...mx.map((host) => `mx: ${host}`)];
  return [...lines, "max_age: 604800", ""].join(end);
}
