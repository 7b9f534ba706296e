/**
 * What one file says, before defaults and before any other file was seen. Plain JSON: it crosses
 * threads and lies in a cache.
 */
import type { Mode } from "../mta-sts/policy.ts";
import type { TargetName } from "./site-config.ts";

export interface DeclaredMtaSts {
  readonly mode?: Mode;
  /** Patterns in lower case, as written: duplicates stand. */
  readonly mx?: readonly string[];
  readonly maxAgeSeconds?: number;
  /** false: no profile, whatever the defaults say. */
  readonly profile?: string | false;
  readonly skipTesting?: string;
  readonly skipOverlap?: string;
  readonly skipEvidence?: string;
  readonly retire?: boolean;
}

/** What both a domain file and `defaults:` may say; a key that is absent was not said. */
export interface DeclaredSettings {
  /** DiagnosticCollector URIs without duplicates; false: no TLS-RPT, whatever the defaults say. */
  readonly rua?: readonly string[] | false;
  /** false: no MTA-STS, whatever the defaults say. */
  readonly mtaSts?: DeclaredMtaSts | false;
  readonly zone?: string;
  readonly ttlSeconds?: number;
  readonly target?: TargetName;
  /** The delegation zone; false: none. */
  readonly delegation?: string | false;
}

export interface DeclaredFile {
  /** Path relative to the site folder, with `/`. */
  readonly file: string;
  /** Names as A-labels, in the file's order. */
  readonly domains: readonly string[];
  /** Whether they stand under `domains:` rather than `domain:`. */
  readonly group: boolean;
  /** Names that were written with non-ASCII characters, by A-label name. */
  readonly unicode?: Readonly<Record<string, string>>;
  readonly settings: DeclaredSettings;
}
