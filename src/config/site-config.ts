/**
 * What the user declared, after every default, profile and group was applied: the input of the plan.
 * Everything in here has been validated; names are lower-case A-labels without a trailing dot.
 */
import type { Policy } from "../mta-sts/policy.ts";

export const targetNames = ["caddy", "nginx", "cloudflare", "github-pages"] as const;
export type TargetName = (typeof targetNames)[number];

/** A key inside a YAML file, such as `["mta-sts", "mx", 1]`. */
export type YamlPath = readonly (string | number)[];

/** Where a domain was declared, so that what is found out late can still name the line. */
export interface Declaration {
  /** Path relative to the site folder, with `/`. */
  readonly file: string;
  /** The path of the domain's own name in that file: `["domain"]` or `["domains", 3]`. */
  readonly path: YamlPath;
}

export interface MtaSts {
  /** What is to be published: for `retire`, mode `none`, no mx, one day. */
  readonly policy: Policy;
  /** Patterns of `policy` that a profile brought: some of them may cover none of the domain's MX hosts. */
  readonly profileMx: readonly string[];
  readonly retire: boolean;
  /** The user's reason for going to enforce without 14 live days of testing, or null. */
  readonly skipTesting: string | null;
  /** The user's reason for replacing every mx pattern at once, or null. */
  readonly skipOverlap: string | null;
  /** The user's reason for an edit that audits or reports speak against, or null. */
  readonly skipEvidence: string | null;
}

export interface DomainConfig {
  readonly domain: string;
  /** The name as written where it had non-ASCII characters, else null. */
  readonly unicode: string | null;
  readonly declaration: Declaration;
  /** The zone that the domain's records live in; the domain itself or a parent. */
  readonly zone: string;
  /** TTL of the domain's records, in seconds. */
  readonly ttlSeconds: number;
  /** Where `mta-sts.<domain>` points. */
  readonly target: TargetName;
  /** The zone that this domain's records are delegated to by CNAME, or null. */
  readonly delegation: string | null;
  /** DiagnosticCollector URIs of the TLS-RPT record (RFC 8460 §3), percent-encoded as published; null: no record. */
  readonly rua: readonly string[] | null;
  /** null: only TLS-RPT, the first step of a rollout. */
  readonly mtaSts: MtaSts | null;
}

/** Addresses (IPv4 and IPv6 literals) or exactly one host name; empty: not told. */
export interface HostAddress {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  readonly host: string | null;
}

export interface CaddySettings {
  readonly address: HostAddress;
  /** `per-host`: one site block per policy host; `on-demand`: constant size, certificates on first fetch. */
  readonly layout: "per-host" | "on-demand";
  /** Port of the loopback listener that answers Caddy's `ask` in the on-demand layout. */
  readonly askPort: number;
  /** Account address for the certificate authority, or null. */
  readonly email: string | null;
  /** Where TLS-RPT reports are received, or null. */
  readonly reports: ReportsSite | null;
}
/** A site that hands what is posted to it to `stspress reports serve` on the same machine. */
export interface ReportsSite {
  readonly host: string;
  /** Loopback port of the receiver. */
  readonly port: number;
}
export interface NginxSettings {
  readonly address: HostAddress;
  /** Absolute folder on the server that holds what is in dist/site. */
  readonly root: string;
  /** Absolute folder with `<policy host>/fullchain.pem` and `privkey.pem`. */
  readonly certificates: string;
  /** Absolute webroot of the ACME client's HTTP-01 answers. */
  readonly acmeWebroot: string;
}
export interface CloudflareSettings {
  readonly address: HostAddress;
  /** Decides the platform's limits. */
  readonly plan: "free" | "pro" | "business" | "enterprise";
}
export interface GithubPagesSettings {
  readonly address: HostAddress;
}
/** Every target that is to be built; `target` of a domain is always among them. */
export interface TargetSettings {
  readonly caddy?: CaddySettings;
  readonly nginx?: NginxSettings;
  readonly cloudflare?: CloudflareSettings;
  readonly "github-pages"?: GithubPagesSettings;
}

/** What a whole zone file needs beyond the records of the delegated domains. */
export interface DelegationZone {
  readonly zone: string;
  /** Host names of its name servers, all outside the zone; empty: its file is a part to be included, not a whole zone. */
  readonly ns: readonly string[];
  /** Mailbox of the zone's keeper as written, `hostmaster@msp.example`; null: hostmaster at the zone. */
  readonly hostmaster: string | null;
}

export interface SiteConfig {
  readonly targets: TargetSettings;
  /** The site's own `delegation:`, which alone may name servers; null: there is none. */
  readonly delegationZone: DelegationZone | null;
  /** Sorted by domain (code units), each domain once. */
  readonly domains: readonly DomainConfig[];
  /** Domains that are no longer ours, with the reason. */
  readonly gone: ReadonlyMap<string, string>;
  readonly reportsTrust: ReportsTrust;
  /** Domains whose signed reports a decision may rest on, beside the well-known ones. */
  readonly reportsSigners: readonly string[];
}

/** Which TLS-RPT reports a decision may rest on: those that a trusted signer has sent, or all, which anybody can forge. */
export type ReportsTrust = "verified" | "all";

/** The name of the policy host of a mail domain (RFC 8461 §3.3). */
export function policyHostOf(domain: string): string {
  return `mta-sts.${domain}`;
}
