/** A domain under audit: what was observed, beside what the site declares and its lock records. */
import type { DomainEvidence, MxHostEvidence } from "./evidence.ts";
import type { Policy } from "../mta-sts/policy.ts";
import type { HostAddress, TargetName } from "../config/site-config.ts";

/** One instance: what an audit compares of it. */
export interface DeclaredInstance {
  readonly id: string;
  /** The policy text as served. */
  readonly text: string;
  readonly policy: Policy;
  /** Unix seconds, or null: not recorded live. */
  readonly liveAt: number | null;
}

/** What the site declares of a domain. */
export interface DeclaredDomain {
  /** The policy as declared now, whether it was built or not; null: TLS-RPT only. */
  readonly policy: Policy | null;
  /** Patterns of `policy` that come from a profile. */
  readonly profilePatterns: ReadonlySet<string>;
  /** Report URIs as published; null: none are declared. */
  readonly rua: readonly string[] | null;
  readonly target: TargetName;
  /** Where the policy host should point; null: not declared. */
  readonly address: HostAddress | null;
  /** The zone that the changing records are delegated to, or null. */
  readonly delegation: string | null;
  /** The instance of the last build; null: none was built. */
  readonly current: DeclaredInstance | null;
  /** Of a testing policy: from when a build takes enforce, Unix seconds; null: its days of testing have not begun. */
  readonly enforceFrom: number | null;
  /** Earlier instances, oldest first. */
  readonly earlier: readonly DeclaredInstance[];
}

/** One domain under audit. */
export interface Subject {
  readonly domain: string;
  /** null: the site does not declare the domain. */
  readonly declared: DeclaredDomain | null;
  readonly evidence: DomainEvidence;
  /** Evidence of every exchange of the domain's MX records, by host name. */
  readonly mxHosts: ReadonlyMap<string, MxHostEvidence>;
}
