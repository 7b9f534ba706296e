/** What a target gets to see, and what it must give. One file per target beside this one. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { TargetName, TargetSettings } from "../../config/site-config.ts";
import type { ReadyOutput } from "../output.ts";

/** A policy that is to be served at one policy host. */
export interface Publication {
  readonly domain: string;
  /** `mta-sts.<domain>` */
  readonly host: string;
  /** The exact text to serve, CRLF line ends, US-ASCII. Publications with equal policies share one string. */
  readonly policyText: string;
  /** Where DNS points this host; a target still serves every host. */
  readonly target: TargetName;
}

/** Where a policy stands below the root of its host (RFC 8461 §3.3). */
export const policyPath = "/.well-known/mta-sts.txt";

export interface Target<N extends TargetName = TargetName> {
  readonly name: N;
  /** Whether it is served from `dist/site/` (then the plan writes the policy files there). */
  readonly usesSiteTree: boolean;
  /** The files of `dist/<name>/`; lazily, for there may be 100,000. `publications` is sorted by domain. */
  outputs(
    publications: readonly Publication[],
    settings: NonNullable<TargetSettings[N]>,
  ): Iterable<ReadyOutput>;
  /** Limits of the platform, hints to another layout: diagnostics without a place. */
  check(
    publications: readonly Publication[],
    settings: NonNullable<TargetSettings[N]>,
  ): Diagnostic[];
}
