/** All files together → the site: defaults, profiles, duplicates, zones, delegation, limits. */
import { compareText, type Diagnostic } from "../diagnostics/diagnostic.ts";
import {
  targetNames,
  type DomainConfig,
  type MtaSts,
  type SiteConfig,
  type TargetName,
  type TargetSettings,
  type YamlPath,
} from "./site-config.ts";
import type { DeclaredFile, DeclaredSettings } from "./declared.ts";
import { withTarget } from "./read-targets.ts";
import { PlacedDiagnostics, type ReadText, type YamlLocation } from "./places.ts";
import { MtaStsResolver } from "./resolve-mta-sts.ts";
import type { SiteSettings } from "./site-file.ts";
import { maxNameLength } from "../names/host-name.ts";
import { isPublicName } from "../names/reserved-name.ts";
import { hostOfRua } from "../tls-rpt/rua.ts";
import { isReachable } from "./unreachable.ts";

/** TTL of records where `dns.ttl` is not set, in seconds. */
const defaultTtlSeconds = 3600;
const maxRecordBytes = 65_535;

/** What holds for every domain of one file. */
interface Resolved {
  readonly declared: DeclaredFile;
  readonly zone: string | null;
  readonly ttlSeconds: number;
  readonly target: TargetName;
  readonly delegation: string | null;
  readonly rua: readonly string[] | null;
  readonly mtaSts: MtaSts | null;
}

/** Where a domain is declared: in which file, and which name it is there. */
interface DeclaredDomain {
  readonly from: Resolved;
  readonly index: number;
}

export interface ResolvedSite {
  /** null where there is an error. */
  readonly site: SiteConfig | null;
  /** In order of place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Makes the site from what its files declare. `files` come in the order of their paths: of two
 * declarations of a domain the later is the duplicate. `readText` is called only for files that
 * have a diagnostic.
 */
export function resolveSite(
  settings: SiteSettings,
  files: Iterable<DeclaredFile>,
  readText: ReadText,
): ResolvedSite {
  const collector = new PlacedDiagnostics(readText);
  const entries = new Map<string, DeclaredDomain>();
  const policies = new MtaStsResolver(settings, collector);
  const ruas = new Map<string, readonly string[]>();
  for (const declared of files) {
    const from = resolveFile(declared, settings, policies, ruas, collector);
    checkFile(from, settings, collector);
    warnOfUnreachableNames(from, settings, collector);
    for (const [index, domain] of declared.domains.entries()) {
      const first = entries.get(domain);
      if (first === undefined) entries.set(domain, { from, index });
      else {
        const where = whereIsName(declared, index);
        const related = [whereIsName(first.from.declared, first.index)];
        collector.add("config/duplicate-domain", { domain }, where, related);
      }
    }
  }
  checkGone(settings, entries, collector);
  const targets = checkTargets(settings, entries, collector);
  warnOfUnreachableAddresses(settings, entries, collector);
  if (collector.failed()) return { site: null, diagnostics: collector.finish() };

  const domains = toDomains(entries);
  const gone = new Map(settings.gone.map(({ domain, reason }) => [domain, reason]));
  const { delegationZone, reportsTrust, reportsSigners } = settings;
  return {
    site: { targets, delegationZone, domains, gone, reportsTrust, reportsSigners },
    diagnostics: collector.finish(),
  };
}

function resolveFile(
  declared: DeclaredFile,
  site: SiteSettings,
  policies: MtaStsResolver,
  ruas: Map<string, readonly string[]>,
  collector: PlacedDiagnostics,
): Resolved {
  const own = declared.settings;
  const { defaults } = site;
  const rua = own.rua ?? defaults.rua ?? false;
  const delegation = own.delegation ?? defaults.delegation ?? false;
  const mtaSts = policies.resolve(declared);
  if (mtaSts === null && rua === false) {
    for (const [index, domain] of declared.domains.entries()) {
      const where: YamlLocation = declared.group
        ? { file: declared.file, path: ["domains"], at: "key" }
        : whereIsName(declared, index);
      collector.count("config/nothing-to-publish", { domain }, where);
    }
  }
  return {
    declared,
    zone: own.zone ?? defaults.zone ?? null,
    ttlSeconds: own.ttlSeconds ?? defaults.ttlSeconds ?? defaultTtlSeconds,
    target: own.target ?? site.target,
    delegation: delegation === false ? null : delegation,
    rua: rua === false ? null : shareList(rua, ruas),
    mtaSts: mtaSts === "wrong" ? null : mtaSts,
  };
}

/** Equal lists become one: 100,000 domains mostly report to one address. */
function shareList(
  list: readonly string[],
  known: Map<string, readonly string[]>,
): readonly string[] {
  const key = list.join(" ");
  const first = known.get(key);
  if (first === undefined) known.set(key, list);
  return first ?? list;
}

function checkFile(from: Resolved, site: SiteSettings, collector: PlacedDiagnostics): void {
  const { declared, zone, delegation, rua, mtaSts } = from;
  for (const [index, domain] of declared.domains.entries()) {
    if (zone !== null && domain !== zone && !domain.endsWith(`.${zone}`)) {
      const where = whereIs(declared, site, "zone", "dns", ["zone"]);
      collector.count("config/zone-outside", { zone, domain }, where);
    }
    const longest = domain.length + "._smtp._tls.".length + (delegation?.length ?? 0);
    if (longest <= maxNameLength) continue;
    const names = [
      ...(mtaSts === null ? [] : ["_mta-sts"]),
      ...(rua === null ? [] : ["_smtp._tls"]),
    ].flatMap((label) => [
      `${label}.${domain}`,
      ...(delegation === null ? [] : [`${domain}.${label}.${delegation}`]),
    ]);
    for (const name of names) {
      if (name.length <= maxNameLength) continue;
      const args = { name, octets: name.length };
      collector.add("config/name-too-long", args, whereIsName(declared, index));
    }
  }
  if (rua !== null) {
    const text = `v=TLSRPTv1; rua=${rua.join(",")}`;
    const bytes = text.length + Math.ceil(text.length / 255);
    if (bytes > maxRecordBytes) {
      const own = declared.settings.rua !== undefined;
      const domain = declared.domains[0] ?? "";
      collector.once(
        "config/record-too-large",
        { bytes, domain: own ? domain : "every domain" },
        whereIsRua(declared, site, "key"),
      );
    }
  }
}

/** Warns of names in the records of the Internet's domains that the Internet does not know. */
function warnOfUnreachableNames(
  { declared, delegation, rua }: Resolved,
  site: SiteSettings,
  collector: PlacedDiagnostics,
): void {
  const warn = (key: string, name: string, where: YamlLocation): void => {
    if (isReachable(name)) return;
    for (const domain of declared.domains.filter(isPublicName)) {
      collector.count("config/name-not-public", { key, name, domain }, where);
    }
  };
  for (const uri of rua ?? []) warn("rua", hostOfRua(uri), whereIsRua(declared, site, "value"));
  if (delegation === null) return;
  warn("delegation", delegation, whereIs(declared, site, "delegation", "delegation", ["zone"]));
  if (site.delegationZone?.zone !== delegation) return;
  const where: YamlLocation = { file: site.file, path: ["delegation", "ns"], at: "value" };
  for (const name of site.delegationZone.ns) warn("delegation", name, where);
}

function checkGone(
  site: SiteSettings,
  entries: ReadonlyMap<string, DeclaredDomain>,
  collector: PlacedDiagnostics,
): void {
  for (const { domain, key } of site.gone) {
    const entry = entries.get(domain);
    if (entry === undefined) continue;
    const where: YamlLocation = { file: site.file, path: ["gone", key], at: "key" };
    const related = [whereIsName(entry.from.declared, entry.index)];
    collector.add("config/gone-declared", { domain }, where, related);
  }
}

/** Adds the targets that domains use, and reports addresses that are missing or unwise. */
function checkTargets(
  site: SiteSettings,
  entries: ReadonlyMap<string, DeclaredDomain>,
  collector: PlacedDiagnostics,
): TargetSettings {
  const used = new Set<TargetName>();
  const published = new Set<TargetName>();
  const delegated = new Set<TargetName>();
  for (const { from } of entries.values()) {
    used.add(from.target);
    if (from.mtaSts === null) continue;
    published.add(from.target);
    if (from.delegation !== null) delegated.add(from.target);
  }
  let targets = site.targets;
  for (const target of targetNames) {
    if (used.has(target)) targets = withTarget(targets, target);
    const address = targets[target]?.address;
    if (address === undefined || !published.has(target)) continue;
    const named = site.targets[target] !== undefined;
    if (address.host !== null) continue;
    if (address.ipv4.length + address.ipv6.length === 0) {
      const path: YamlPath = named ? ["targets", target] : site.defaultPaths.target;
      collector.add("config/address-missing", { target }, { file: site.file, path, at: "key" });
    } else if (delegated.has(target)) {
      const path = ["targets", target, "address"];
      collector.add(
        "config/delegation-address",
        { target },
        { file: site.file, path, at: "value" },
      );
    }
  }
  return targets;
}

/** Warns of addresses that are published for domains of the Internet, but cannot be reached from there. */
function warnOfUnreachableAddresses(
  site: SiteSettings,
  entries: ReadonlyMap<string, DeclaredDomain>,
  collector: PlacedDiagnostics,
): void {
  if (site.unreachable.length === 0) return;
  for (const [domain, { from }] of entries) {
    if (from.mtaSts === null || !isPublicName(domain)) continue;
    for (const { target, path, address, use } of site.unreachable) {
      if (target !== from.target) continue;
      const where: YamlLocation = { file: site.file, path, at: "value" };
      if (use !== null)
        collector.count("config/address-not-public", { address, use, domain }, where);
      else
        collector.count("config/name-not-public", { key: "address", name: address, domain }, where);
    }
  }
}

function toDomains(entries: ReadonlyMap<string, DeclaredDomain>): DomainConfig[] {
  const zones = new Map<string, string>();
  const zoneOf = (domain: string, entry: DeclaredDomain): string => {
    const known = zones.get(domain);
    if (known !== undefined) return known;
    let zone = entry.from.zone;
    for (let dot = domain.indexOf("."); zone === null; dot = domain.indexOf(".", dot + 1)) {
      if (dot === -1) zone = domain;
      else {
        const parent = domain.slice(dot + 1);
        const above = entries.get(parent);
        if (above !== undefined) zone = zoneOf(parent, above);
      }
    }
    zones.set(domain, zone);
    return zone;
  };
  const domains: DomainConfig[] = [];
  for (const [domain, entry] of entries) {
    const { declared, ttlSeconds, target, delegation, rua, mtaSts } = entry.from;
    domains.push({
      domain,
      unicode: declared.unicode?.[domain] ?? null,
      declaration: { file: declared.file, path: pathOfName(declared, entry.index) },
      zone: zoneOf(domain, entry),
      ttlSeconds,
      target,
      delegation,
      rua,
      mtaSts,
    });
  }
  return domains.sort((a, b) => compareText(a.domain, b.domain));
}

const singleName: YamlPath = ["domain"];

function pathOfName(declared: DeclaredFile, index: number): YamlPath {
  return declared.group ? ["domains", index] : singleName;
}

function whereIsName(declared: DeclaredFile, index: number): YamlLocation {
  return { file: declared.file, path: pathOfName(declared, index), at: "value" };
}

function whereIs(
  declared: DeclaredFile,
  site: SiteSettings,
  said: keyof DeclaredSettings,
  key: keyof SiteSettings["defaultPaths"],
  rest: YamlPath,
): YamlLocation {
  return declared.settings[said] !== undefined
    ? { file: declared.file, path: [key, ...rest], at: "value" }
    : { file: site.file, path: [...site.defaultPaths[key], ...rest], at: "value" };
}

function whereIsRua(
  declared: DeclaredFile,
  { file }: SiteSettings,
  at: YamlLocation["at"],
): YamlLocation {
  return declared.settings.rua !== undefined
    ? { file: declared.file, path: ["tls-rpt", "rua"], at }
    : { file, path: ["defaults", "tls-rpt", "rua"], at };
}
