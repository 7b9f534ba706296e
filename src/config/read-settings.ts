/** Reads the keys that a domain file and `defaults:` share. */
import { parseMxPattern } from "../mta-sts/mx-pattern.ts";
import { maxMaxAgeSeconds } from "../mta-sts/policy-grammar.ts";
import { parseDomainName } from "../names/domain-name.ts";
import type { YamlPath } from "./site-config.ts";
import { parseRua } from "../tls-rpt/rua.ts";
import type { DeclaredMtaSts, DeclaredSettings } from "./declared.ts";
import { parseDuration } from "./duration.ts";
import { readReason } from "./reason.ts";
import type { DiagnosticCollector } from "./diagnostic-collector.ts";
import type { SettingsShape } from "./schema.ts";
import { printPath } from "./shape.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type MtaStsShape = Exclude<SettingsShape["mta-sts"], false | undefined>;

/** The largest TTL, in seconds (RFC 2181 §8). */
const maxTtlSeconds = 2_147_483_647;

/** Reads the shared keys of the map at `base`; what is wrong is reported and left out. */
export function readSettings(
  shape: SettingsShape,
  base: YamlPath,
  collector: DiagnosticCollector,
): DeclaredSettings {
  const settings: Writable<DeclaredSettings> = {};
  const tlsRpt = shape["tls-rpt"];
  if (tlsRpt === false) settings.rua = false;
  else if (tlsRpt !== undefined) {
    settings.rua = readRua(tlsRpt.rua, [...base, "tls-rpt", "rua"], collector);
  }
  const mtaSts = shape["mta-sts"];
  if (mtaSts === false) settings.mtaSts = false;
  else if (mtaSts !== undefined) {
    settings.mtaSts = readMtaSts(mtaSts, [...base, "mta-sts"], collector);
  }
  const zone = readName(shape.dns?.zone, [...base, "dns", "zone"], collector);
  if (zone !== null) settings.zone = zone;
  const ttl = readTtl(shape.dns?.ttl, [...base, "dns", "ttl"], collector);
  if (ttl !== null) settings.ttlSeconds = ttl;
  if (shape.target !== undefined) settings.target = shape.target;
  if (shape.delegation === false) settings.delegation = false;
  else {
    const delegation = readName(shape.delegation?.zone, [...base, "delegation", "zone"], collector);
    if (delegation !== null) settings.delegation = delegation;
  }
  return settings;
}

/** Reads one pattern or a list; duplicates are warned about and kept, so that places stay true. */
export function readMx(
  written: string | readonly string[],
  path: YamlPath,
  collector: DiagnosticCollector,
): readonly string[] {
  const patterns: string[] = [];
  for (const [at, item] of items(written, path)) {
    const pattern = collector.take(at, parseMxPattern(toAscii(item)));
    if (pattern === null) continue;
    patterns.push(pattern.text);
  }
  warnOfRepeats(patterns, written, path, collector);
  return patterns;
}

/** Turns an international name into A-labels; what is not a name stays as written, so that the parser reports it. */
function toAscii(pattern: string): string {
  if (/^[\x20-\x7e]*$/.test(pattern)) return pattern;
  const wildcard = pattern.startsWith("*.") ? "*." : "";
  const name = parseDomainName(pattern.slice(wildcard.length));
  return name.ok ? wildcard + name.value.ascii : pattern;
}

/** Reads a domain name into A-labels; null where it is absent or wrong. */
export function readName(
  written: string | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): string | null {
  return written === undefined
    ? null
    : (collector.take(path, parseDomainName(written))?.ascii ?? null);
}

/** Reads one domain name or a list into A-labels, each once; duplicates are warned about. */
export function readNames(
  written: string | readonly string[],
  path: YamlPath,
  collector: DiagnosticCollector,
): readonly string[] {
  const names: string[] = [];
  for (const [at, item] of items(written, path)) {
    const name = readName(item, at, collector);
    if (name !== null) names.push(name);
  }
  warnOfRepeats(names, written, path, collector);
  return [...new Set(names)];
}

function readRua(
  written: string | readonly string[],
  path: YamlPath,
  collector: DiagnosticCollector,
): readonly string[] {
  const uris: string[] = [];
  for (const [at, item] of items(written, path)) {
    const uri = collector.take(at, parseRua(item));
    if (uri !== null) uris.push(uri);
  }
  warnOfRepeats(uris, written, path, collector);
  return [...new Set(uris)];
}

function readMtaSts(
  shape: MtaStsShape,
  path: YamlPath,
  collector: DiagnosticCollector,
): DeclaredMtaSts {
  const mtaSts: Writable<DeclaredMtaSts> = {};
  if (shape.mode !== undefined) mtaSts.mode = shape.mode;
  if (shape.mx !== undefined) mtaSts.mx = readMx(shape.mx, [...path, "mx"], collector);
  const maxAge = readMaxAge(shape.max_age, [...path, "max_age"], collector);
  if (maxAge !== null) mtaSts.maxAgeSeconds = maxAge;
  if (shape.profile !== undefined) {
    // The schema lets any text or false through; a boolean here is false.
    mtaSts.profile = shape.profile;
  }
  const skipTesting = readReason(shape.skip_testing, [...path, "skip_testing"], collector);
  if (skipTesting !== null) mtaSts.skipTesting = skipTesting;
  const skipOverlap = readReason(shape.skip_overlap, [...path, "skip_overlap"], collector);
  if (skipOverlap !== null) mtaSts.skipOverlap = skipOverlap;
  const skipEvidence = readReason(shape.skip_evidence, [...path, "skip_evidence"], collector);
  if (skipEvidence !== null) mtaSts.skipEvidence = skipEvidence;
  if (shape.retire !== undefined) mtaSts.retire = shape.retire;
  if (shape.retire === true) {
    const keys = (
      ["mode", "mx", "max_age", "profile", "skip_testing", "skip_overlap", "skip_evidence"] as const
    ).filter((key) => shape[key] !== undefined);
    if (keys.length > 0) collector.add("config/retire-alone", { keys }, [...path, "retire"], "key");
  }
  return mtaSts;
}

function readMaxAge(
  written: string | number | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): number | null {
  const seconds = readDuration(written, path, collector);
  if (seconds === null || seconds <= maxMaxAgeSeconds) return seconds;
  collector.add("config/max-age-range", { seconds }, path);
  return null;
}

function readTtl(
  written: string | number | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): number | null {
  const seconds = readDuration(written, path, collector);
  if (seconds === null || (seconds >= 1 && seconds <= maxTtlSeconds)) return seconds;
  collector.add("config/ttl-range", { seconds }, path);
  return null;
}

function readDuration(
  written: string | number | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): number | null {
  if (written === undefined) return null;
  return typeof written === "number" ? written : collector.take(path, parseDuration(written));
}

/** One text or a list, each with its path. */
export function* items(
  written: string | readonly string[],
  path: YamlPath,
): Generator<[YamlPath, string]> {
  if (typeof written === "string") yield [path, written];
  else for (const [index, item] of written.entries()) yield [[...path, index], item];
}

/** Skipped where an item was wrong: the indices would no longer fit, and an error outranks it. */
function warnOfRepeats(
  values: readonly string[],
  written: string | readonly string[],
  path: YamlPath,
  collector: DiagnosticCollector,
): void {
  if (typeof written === "string" || values.length !== written.length) return;
  const seen = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const first = seen.get(value);
    if (first === undefined) seen.set(value, index);
    else {
      const args = { key: printPath(path), value };
      collector.add("config/repeated", args, [...path, index], "value", [[...path, first]]);
    }
  }
}
