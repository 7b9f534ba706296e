/** stspress.yaml: bytes → the settings of the site. */
import { parseDomainName } from "../names/domain-name.ts";
import {
  targetNames,
  type DelegationZone,
  type ReportsTrust,
  type TargetName,
  type TargetSettings,
  type YamlPath,
} from "./site-config.ts";
import type { DeclaredSettings } from "./declared.ts";
import { refuseTopLevel, type ReadFile } from "./domain-file.ts";
import { builtInProfiles } from "./profiles.ts";
import { items, readMx, readName, readNames, readSettings } from "./read-settings.ts";
import { readTargets } from "./read-targets.ts";
import { readReason } from "./reason.ts";
import { DiagnosticCollector } from "./diagnostic-collector.ts";
import { salvage } from "./salvage.ts";
import { readEmail } from "./server-paths.ts";
import { siteFileSchema, type SiteFileShape } from "./schema.ts";
import { checkShape } from "./shape.ts";
import { unreachableAddresses, type UnreachableAddress } from "./unreachable.ts";
import { readYaml } from "./yaml-source.ts";

/** A domain that is no longer ours. */
export interface GoneDomain {
  readonly domain: string;
  readonly reason: string;
  /** The key as written, for its place. */
  readonly key: string;
}

export interface SiteSettings {
  readonly file: string;
  /** What `target:` says, else the only target that is named, else caddy. */
  readonly target: TargetName;
  /** The targets that are named, complete with defaults. */
  readonly targets: TargetSettings;
  readonly unreachable: readonly UnreachableAddress[];
  readonly defaults: DeclaredSettings;
  readonly delegationZone: DelegationZone | null;
  /** Where each default stands: in the file itself or below `defaults:`. */
  readonly defaultPaths: Readonly<Record<"dns" | "target" | "delegation", YamlPath>>;
  /** Built-in profiles and the site's own, which win. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  readonly gone: readonly GoneDomain[];
  readonly reportsTrust: ReportsTrust;
  readonly reportsSigners: readonly string[];
}

const builtIn: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(builtInProfiles).map(([name, { mx }]) => [name, mx]),
);

/** Reads stspress.yaml; null bytes mean that there is none, which is fine. */
export function parseSiteFile(file: string, bytes: Uint8Array | null): ReadFile<SiteSettings> {
  if (bytes === null) return { declarations: absent(file), diagnostics: [] };
  const read = readYaml(file, bytes);
  if (!read.ok) return { declarations: null, diagnostics: read.diagnostics };
  const { source } = read;
  if (source.value === null) return { declarations: absent(file), diagnostics: [] };
  const odd = refuseTopLevel(source, "target: caddy");
  if (odd !== null) return { declarations: null, diagnostics: [odd] };

  const collector = new DiagnosticCollector(source);
  const shape = checkShape(siteFileSchema, source.value, collector);
  if (shape === null) {
    const rest = salvage(siteFileSchema, source.value);
    // Targets are left alone: what was taken out of them would be said to be missing.
    readSettings(rest?.defaults ?? {}, ["defaults"], collector);
    readProfiles(rest?.profiles ?? {}, collector);
    readGone(rest?.gone ?? {}, collector);
    readNames(rest?.reports?.signers ?? [], ["reports", "signers"], collector);
    return { declarations: null, diagnostics: collector.finish() };
  }
  const settings = readSite(file, shape, collector);
  const diagnostics = collector.finish();
  return { declarations: collector.failed() ? null : settings, diagnostics };
}

function absent(file: string): SiteSettings {
  return {
    file,
    target: "caddy",
    targets: {},
    unreachable: [],
    defaults: {},
    delegationZone: null,
    defaultPaths: { dns: ["dns"], target: ["target"], delegation: ["delegation"] },
    profiles: builtIn,
    gone: [],
    reportsTrust: "verified",
    reportsSigners: [],
  };
}

function readSite(
  file: string,
  shape: SiteFileShape,
  collector: DiagnosticCollector,
): SiteSettings {
  const inDefaults = shape.defaults ?? {};
  const paths = { dns: ["dns"], target: ["target"], delegation: ["delegation"] };
  for (const key of ["dns", "target", "delegation"] as const) {
    if (inDefaults[key] === undefined) continue;
    paths[key] = ["defaults", key];
    if (shape[key] !== undefined) {
      const args = { first: key, second: `defaults.${key}` };
      collector.add("config/both-keys", args, ["defaults", key], "key", [[key]]);
    }
  }
  const { dns, target, delegation } = shape;
  const own = readSettings(
    {
      ...(dns === undefined ? {} : { dns }),
      ...(target === undefined ? {} : { target }),
      ...(delegation === undefined ? {} : { delegation: delegation && { zone: delegation.zone } }),
    },
    [],
    collector,
  );
  const defaults = { ...own, ...readSettings(inDefaults, ["defaults"], collector) };
  return {
    file,
    target: defaults.target ?? chooseTarget(shape, collector),
    targets: readTargets(shape.targets ?? {}, collector),
    unreachable: unreachableAddresses(shape.targets),
    defaults,
    delegationZone: readDelegationZone(delegation, defaults.delegation, collector),
    defaultPaths: paths,
    profiles: readProfiles(shape.profiles ?? {}, collector),
    gone: readGone(shape.gone ?? {}, collector),
    reportsTrust: shape.reports?.trust ?? "verified",
    reportsSigners: readNames(shape.reports?.signers ?? [], ["reports", "signers"], collector),
  };
}

/** The only target that is named, else Caddy. */
function chooseTarget(shape: SiteFileShape, collector: DiagnosticCollector): TargetName {
  const named = targetNames.filter((name) => shape.targets?.[name] !== undefined);
  const [only = "caddy"] = named;
  if (named.length < 2) return only;
  if (!named.includes("caddy")) {
    collector.add("config/target-choice", { targets: named }, ["targets"], "key");
  }
  return "caddy";
}

/** What `delegation:` says of the zone beyond its name; `defaults.delegation` says no more than that. */
function readDelegationZone(
  shape: SiteFileShape["delegation"],
  zone: string | false | undefined,
  collector: DiagnosticCollector,
): DelegationZone | null {
  if (zone === undefined || zone === false) return null;
  if (shape === undefined || shape === false) return { zone, ns: [], hostmaster: null };
  const ns: string[] = [];
  for (const [path, text] of items(shape.ns ?? [], ["delegation", "ns"])) {
    const name = readName(text, path, collector);
    if (name === null) continue;
    if (name === zone || name.endsWith(`.${zone}`))
      collector.add("config/ns-inside", { name, zone }, path);
    else if (!ns.includes(name)) ns.push(name);
  }
  return {
    zone,
    ns,
    hostmaster: readEmail(shape.hostmaster, ["delegation", "hostmaster"], collector),
  };
}

function readProfiles(
  shape: NonNullable<SiteFileShape["profiles"]>,
  collector: DiagnosticCollector,
): ReadonlyMap<string, readonly string[]> {
  const profiles = new Map(builtIn);
  for (const [name, { mx }] of Object.entries(shape)) {
    const path = ["profiles", name];
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
      collector.add("config/profile-name", { name }, path, "key");
    }
    if (builtIn.has(name)) collector.add("config/profile-shadows", { name }, path, "key");
    profiles.set(name, readMx(mx, [...path, "mx"], collector));
  }
  return profiles;
}

function readGone(
  shape: NonNullable<SiteFileShape["gone"]>,
  collector: DiagnosticCollector,
): GoneDomain[] {
  const gone = new Map<string, GoneDomain>();
  for (const [key, text] of Object.entries(shape)) {
    const path = ["gone", key];
    const reason = readReason(text, path, collector);
    const domain = collector.take(path, parseDomainName(key), "key")?.ascii ?? null;
    if (reason === null || domain === null) continue;
    const first = gone.get(domain);
    if (first === undefined) gone.set(domain, { domain, reason, key });
    else {
      const args = { key: "gone", value: domain };
      collector.add("config/repeated", args, path, "key", [["gone", first.key]]);
    }
  }
  return [...gone.values()];
}
