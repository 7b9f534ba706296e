/** Reads `targets:` of stspress.yaml. */
import type {
  CaddySettings,
  CloudflareSettings,
  GithubPagesSettings,
  NginxSettings,
  TargetName,
  TargetSettings,
} from "./site-config.ts";
import { noAddress, readAddress, readPlatformHost, readReportsHost } from "./host-address.ts";
import type { DiagnosticCollector } from "./diagnostic-collector.ts";
import { targetDefaults, type SiteFileShape } from "./schema.ts";
import { readEmail, readFolder } from "./server-paths.ts";

type TargetsShape = NonNullable<SiteFileShape["targets"]>;

/** Reads the targets that are named, complete with defaults. */
export function readTargets(shape: TargetsShape, collector: DiagnosticCollector): TargetSettings {
  const github = shape["github-pages"];
  return {
    ...(shape.caddy === undefined ? {} : { caddy: readCaddy(shape.caddy, collector) }),
    ...(shape.nginx === undefined ? {} : { nginx: readNginx(shape.nginx, collector) }),
    ...(shape.cloudflare === undefined
      ? {}
      : { cloudflare: readCloudflare(shape.cloudflare, collector) }),
    ...(github === undefined ? {} : { "github-pages": readGithubPages(github, collector) }),
  };
}

function readCaddy(
  shape: NonNullable<TargetsShape["caddy"]>,
  collector: DiagnosticCollector,
): CaddySettings {
  const host = readReportsHost(shape.reports, ["targets", "caddy", "reports"], collector);
  const port = shape.reports_port ?? targetDefaults.reportsPort;
  return {
    address: readAddress(shape.address, ["targets", "caddy", "address"], collector),
    layout: shape.layout ?? "per-host",
    askPort: shape.ask_port ?? targetDefaults.askPort,
    email: readEmail(shape.email, ["targets", "caddy", "email"], collector),
    reports: host === null ? null : { host, port },
  };
}

function readNginx(
  shape: NonNullable<TargetsShape["nginx"]>,
  collector: DiagnosticCollector,
): NginxSettings {
  const base = ["targets", "nginx"];
  const { root, certificates, acmeWebroot } = targetDefaults;
  return {
    address: readAddress(shape.address, [...base, "address"], collector),
    root: readFolder(shape.root, root, [...base, "root"], collector),
    certificates: readFolder(
      shape.certificates,
      certificates,
      [...base, "certificates"],
      collector,
    ),
    acmeWebroot: readFolder(shape.acme_webroot, acmeWebroot, [...base, "acme_webroot"], collector),
  };
}

function readCloudflare(
  shape: NonNullable<TargetsShape["cloudflare"]>,
  collector: DiagnosticCollector,
): CloudflareSettings {
  const path = ["targets", "cloudflare", "address"];
  return {
    address: readPlatformHost(shape.address, path, "cloudflare", collector),
    plan: shape.plan ?? "free",
  };
}

function readGithubPages(
  shape: NonNullable<TargetsShape["github-pages"]>,
  collector: DiagnosticCollector,
): GithubPagesSettings {
  const path = ["targets", "github-pages", "address"];
  return { address: readPlatformHost(shape.address, path, "github-pages", collector) };
}

/** The settings of a target that is used but not named under `targets:`. */
export function withTarget(targets: TargetSettings, name: TargetName): TargetSettings {
  if (targets[name] !== undefined) return targets;
  const { askPort, reportsPort: _, ...folders } = targetDefaults;
  switch (name) {
    case "caddy":
      return {
        ...targets,
        caddy: { address: noAddress, layout: "per-host", askPort, email: null, reports: null },
      };
    case "nginx":
      return { ...targets, nginx: { address: noAddress, ...folders } };
    case "cloudflare":
      return { ...targets, cloudflare: { address: noAddress, plan: "free" } };
    case "github-pages":
      return { ...targets, "github-pages": { address: noAddress } };
  }
}
