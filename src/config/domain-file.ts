/** One file below `domains/`: bytes → what it declares. Knows no other file. */
import { diagnostic, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { parseDomainName } from "../names/domain-name.ts";
import type { YamlPath } from "./site-config.ts";
import type { DeclaredFile } from "./declared.ts";
import { readSettings } from "./read-settings.ts";
import { DiagnosticCollector } from "./diagnostic-collector.ts";
import { salvage } from "./salvage.ts";
import { domainFileSchema } from "./schema.ts";
import { checkShape, kindOf } from "./shape.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

export interface ReadFile<T> {
  /** null where there is an error. */
  readonly declarations: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a domain file. The result is plain JSON and depends on nothing but its arguments, so it may
 * be made in another thread and cached by path and content.
 */
export function parseDomainFile(file: string, bytes: Uint8Array): ReadFile<DeclaredFile> {
  const read = readYaml(file, bytes);
  if (!read.ok) return { declarations: null, diagnostics: read.diagnostics };
  const { source } = read;
  const odd = refuseTopLevel(source, "domain: example.com");
  if (odd !== null) return { declarations: null, diagnostics: [odd] };

  const collector = new DiagnosticCollector(source);
  const shape = checkShape(domainFileSchema, source.value, collector);
  checkNames(source, collector);
  const readable = shape ?? salvage(domainFileSchema, source.value);
  if (readable === null) return { declarations: null, diagnostics: collector.finish() };

  const names = readNames(readable.domain ?? readable.domains ?? [], collector);
  const settings = readSettings(readable, [], collector);
  const diagnostics = collector.finish();
  if (shape === null || collector.failed()) return { declarations: null, diagnostics };
  const group = shape.domains !== undefined;
  return { declarations: { file, group, ...names, settings }, diagnostics };
}

/** Says what is wrong with a file that is empty or not a map, or null. */
export function refuseTopLevel(source: YamlSource, beginning: string): Diagnostic | null {
  const got = kindOf(source.value);
  if (got === "map") return null;
  const place = source.place([]);
  return got === "nothing"
    ? diagnostic("file/empty", {}, place)
    : diagnostic("file/not-a-map", { got, beginning }, place);
}

function checkNames(source: YamlSource, collector: DiagnosticCollector): void {
  const map = source.value as { readonly [key: string]: unknown };
  const has = (key: string): boolean => map[key] !== undefined;
  if (has("domain") && has("domains")) {
    const args = { first: "domain", second: "domains" };
    collector.add("config/both-keys", args, ["domains"], "key", [["domain"]]);
  } else if (!has("domain") && !has("domains")) {
    collector.add("config/no-name", {}, []);
  }
}

function readNames(
  written: string | readonly string[],
  collector: DiagnosticCollector,
): Pick<DeclaredFile, "domains" | "unicode"> {
  const domains: string[] = [];
  const unicode: Record<string, string> = {};
  const seen = new Map<string, YamlPath>();
  const group = typeof written !== "string";
  for (const [index, text] of (group ? written : [written]).entries()) {
    const path = group ? ["domains", index] : ["domain"];
    const name = collector.take(path, parseDomainName(text));
    if (name === null) continue;
    const first = seen.get(name.ascii);
    if (first !== undefined) {
      collector.add("config/duplicate-domain", { domain: name.ascii }, path, "value", [first]);
      continue;
    }
    seen.set(name.ascii, path);
    warnOfPolicyHost(name.ascii, path, collector);
    domains.push(name.ascii);
    if (name.unicode !== null) unicode[name.ascii] = name.unicode;
  }
  return Object.keys(unicode).length === 0 ? { domains } : { domains, unicode };
}

/** Warns of the policy host's name in the place of the mail domain's: `mta-sts.acme.de`, but not `mta-sts.com`. */
function warnOfPolicyHost(name: string, path: YamlPath, collector: DiagnosticCollector): void {
  const domain = /^mta-sts\.(.+\..+)$/.exec(name)?.[1];
  if (domain !== undefined) collector.add("config/policy-host-name", { name, domain }, path);
}
