/**
 * Golden cases in two parts: a small site, a line of ten hyphens, and what reading it says.
 *
 * The site is written as `=== path` headers with the file's text below, in the notation of
 * {@link goldenBytes}.
 */
import { severityOf } from "../../src/diagnostics/catalogue.ts";
import {
  compareDiagnostics,
  type Diagnostic,
  type Place,
} from "../../src/diagnostics/diagnostic.ts";
import type { DeclaredFile } from "../../src/config/declared.ts";
import { parseDomainFile } from "../../src/config/domain-file.ts";
import { resolveSite } from "../../src/config/resolve.ts";
import { parseSiteFile } from "../../src/config/site-file.ts";
import type { DomainConfig, SiteConfig } from "../../src/config/site-config.ts";
import { goldenBytes } from "../support/golden-input.ts";

/** Reads the files of a case. */
export function filesOf(input: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const part of input.split(/^=== /m).slice(1)) {
    const newline = part.indexOf("\n");
    files.set(part.slice(0, newline), goldenBytes(part.slice(newline + 1)));
  }
  return files;
}

/** Reads the site as the program does: file by file, then all together. */
export function readSite(files: ReadonlyMap<string, Uint8Array>): {
  site: SiteConfig | null;
  diagnostics: readonly Diagnostic[];
} {
  const settings = parseSiteFile("stspress.yaml", files.get("stspress.yaml") ?? null);
  const diagnostics = [...settings.diagnostics];
  const declared: DeclaredFile[] = [];
  for (const [file, bytes] of files) {
    if (file === "stspress.yaml") continue;
    // As it is after the cache and the worker threads.
    const read = parseDomainFile(file, bytes);
    diagnostics.push(...(JSON.parse(JSON.stringify(read.diagnostics)) as Diagnostic[]));
    if (read.declarations !== null) {
      declared.push(JSON.parse(JSON.stringify(read.declarations)) as DeclaredFile);
    }
  }
  let site: SiteConfig | null = null;
  if (
    settings.declarations !== null &&
    declared.length === files.size - Number(files.has("stspress.yaml"))
  ) {
    const resolved = resolveSite(settings.declarations, declared, (file) => {
      const bytes = files.get(file);
      return bytes === undefined ? null : new TextDecoder().decode(bytes);
    });
    site = resolved.site;
    diagnostics.push(...resolved.diagnostics);
  }
  return { site, diagnostics: diagnostics.sort(compareDiagnostics) };
}

/** Prints what reading a site gave, one line for each thing. */
export function printRead({ site, diagnostics }: ReturnType<typeof readSite>): string {
  const lines = diagnostics.flatMap((found) => [
    `${severityOf(found.code)} ${found.code}${printPlace(found.place)} ${shorten(JSON.stringify(found.args))}`,
    ...(found.related ?? []).map((place) => `  also${printPlace(place)}`),
  ]);
  if (site !== null) {
    lines.push(
      ...Object.entries(site.targets).map(([name, target]) => `${name} ${JSON.stringify(target)}`),
    );
    if (site.delegationZone !== null)
      lines.push(`delegation ${JSON.stringify(site.delegationZone)}`);
    if (site.reportsSigners.length > 0) lines.push(`signers ${site.reportsSigners.join(" ")}`);
    lines.push(...site.domains.map(printDomain));
    lines.push(...[...site.gone].map(([domain, reason]) => `gone ${domain}: ${reason}`));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function printPlace(place: Place | undefined): string {
  if (place === undefined) return "";
  const marked = [...place.text].slice(place.column - 1, place.column - 1 + place.length).join("");
  return ` ${place.file}:${String(place.line)}:${String(place.column)} \`${shorten(marked)}\``;
}

function printDomain(config: DomainConfig): string {
  const { mtaSts } = config;
  const words = [
    config.domain,
    ...(config.unicode === null ? [] : [`(${config.unicode})`]),
    `at ${config.declaration.file}:${config.declaration.path.join(".")}`,
    `zone=${config.zone}`,
    `ttl=${String(config.ttlSeconds)}`,
    config.target,
    ...(config.delegation === null ? [] : [`delegation=${config.delegation}`]),
    `rua=${config.rua?.join(",") ?? "-"}`,
    ...(mtaSts === null
      ? ["no-mta-sts"]
      : [
          mtaSts.policy.mode,
          `mx=${mtaSts.policy.mx.join(",")}`,
          `max_age=${String(mtaSts.policy.maxAgeSeconds)}`,
          ...(mtaSts.retire ? ["retire"] : []),
          ...(mtaSts.skipTesting === null ? [] : [`skip_testing="${mtaSts.skipTesting}"`]),
          ...(mtaSts.skipOverlap === null ? [] : [`skip_overlap="${mtaSts.skipOverlap}"`]),
        ]),
  ];
  return shorten(words.join(" "));
}

function shorten(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}… (${String(text.length)})` : text;
}
