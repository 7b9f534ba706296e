/** Site folder → everything a verb may need to know about it: the site, the lock, templates, what is wrong. */
import { fileURLToPath } from "node:url";
import { locateInFile } from "../../config/locate.ts";
import { resolveSite } from "../../config/resolve.ts";
import type { DeclaredFile } from "../../config/declared.ts";
import type { ReadFile } from "../../config/domain-file.ts";
import { parseSiteFile, type SiteSettings } from "../../config/site-file.ts";
import { diagnostic, placeAt, type Diagnostic, type Place } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { severityOf } from "../../diagnostics/catalogue.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { readFound, readSiteFile, walkDomainFiles } from "./site-files.ts";
import { readTemplates } from "./template-files.ts";
import { compileTemplates, TemplateError, type Renderer } from "../templates.ts";
import type { SiteConfig } from "../../config/site-config.ts";
import { type Lock } from "../lock/lock.ts";
import { planSite, type SitePlan } from "../plan.ts";
import { loadEvidence } from "./load-evidence.ts";
import { loadLock, lockName, type LoadedLock } from "./load-lock.ts";
import { missingLock } from "./missing-lock.ts";
import { parseFiles } from "./parse-files.ts";

export interface LoadedSite {
  /** null where there is an error. */
  readonly site: SiteConfig | null;
  readonly loadedLock: LoadedLock;
  readonly renderer: Renderer | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What loading a site is given. */
export interface LoadOptions {
  readonly threads: number;
  readonly remember: boolean;
  readonly progress: (done: number, total: number) => void;
  /** Told when a phase of the work begins. */
  readonly phase?: (name: "resolve" | "plan") => void;
}

/** What the files of a site folder declare, each alone. */
interface ReadFiles {
  /** null where there is an error in stspress.yaml. */
  readonly settings: SiteSettings | null;
  readonly files: readonly DeclaredFile[];
  /** How many files there are, readable or not. */
  readonly found: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads stspress.yaml alone, for verbs that need no domain; where there is none, that is fine. */
export function loadSettings(root: string): ReadFile<SiteSettings> {
  const siteFile = readSiteFile(root, "stspress.yaml");
  return siteFile === null || siteFile.ok
    ? parseSiteFile("stspress.yaml", siteFile?.value ?? null)
    : { declarations: null, diagnostics: siteFile.problems };
}

async function readFiles(root: string, options: LoadOptions): Promise<ReadFiles> {
  const settings = loadSettings(root);
  const parsed = await parseFiles(root, options);
  return {
    settings: settings.declarations,
    files: parsed.files.flatMap((one) => one.declarations ?? []),
    found: parsed.files.length,
    diagnostics: [
      ...settings.diagnostics,
      ...parsed.diagnostics,
      ...parsed.files.flatMap((one) => one.diagnostics),
    ],
  };
}

const alone: LoadOptions = { threads: 2, remember: false, progress: () => undefined };

/** What is declared already, for a verb that adds to it. */
export interface Declarations {
  readonly settings: SiteSettings;
  /** The file that declares a domain, or null. */
  readonly fileOf: (domain: string) => string | null;
}

/** Reads what is declared already, or gives the errors that keep it from being known. A folder without files is fine. */
export async function loadDeclarations(root: string): Promise<Result<Declarations>> {
  const { settings, files, diagnostics } = await readFiles(root, alone);
  const errors = diagnostics.filter((one) => severityOf(one.code) === "error");
  if (settings === null || errors.length > 0) return failure(...errors);
  const byDomain = new Map(files.flatMap(({ file, domains }) => domains.map((one) => [one, file])));
  return success({ settings, fileOf: (domain) => byDomain.get(domain) ?? null });
}

/** Reads a whole site folder; all problems of all files are in the result. */
async function loadSite(root: string, options: LoadOptions): Promise<LoadedSite> {
  const read = await readFiles(root, options);
  const diagnostics = [...read.diagnostics];
  const loadedLock = loadLock(root);
  // The last domain may be deleted: what the lock knows of it is judged, and its files are removed.
  const wasNever = loadedLock.lock === null || loadedLock.lock.domains.size === 0;
  if (wasNever && read.found === 0 && !diagnostics.some(({ code }) => code === "site/link")) {
    diagnostics.push(diagnostic("site/no-domains", { folder: "domains/" }));
  }
  options.phase?.("resolve");
  let site: SiteConfig | null = null;
  if (read.settings !== null) {
    const resolved = resolveSite(read.settings, read.files, textReader(root));
    diagnostics.push(...resolved.diagnostics);
    site = resolved.site;
  }
  const { templates, diagnostics: unreadable } = readTemplates(programTemplates(), root);
  diagnostics.push(...unreadable);
  diagnostics.push(...loadedLock.diagnostics);
  return {
    site: diagnostics.some((one) => severityOf(one.code) === "error") ? null : site,
    loadedLock,
    renderer: unreadable.length > 0 ? null : compileTemplates(templates),
    diagnostics,
  };
}

/** Reads the site of a folder for verbs that do without one; null where there is neither settings nor a domain file. */
export async function loadSiteIfAny(root: string): Promise<LoadedSite | null> {
  const empty = walkDomainFiles(root).next().done === true;
  if (empty && readSiteFile(root, "stspress.yaml") === null) return null;
  return loadSite(root, alone);
}

/** Where the program's own templates lie: beside build/. */
function programTemplates(): string {
  return fileURLToPath(new URL("../templates/", import.meta.url));
}

/** Reads a file of the site as text, once; null where it cannot be read. */
export function textReader(root: string): (file: string) => string | null {
  const texts = new Map<string, string | null>();
  return (file) => {
    let text = texts.get(file);
    if (text === undefined) {
      const read = readFound(root, file);
      text = read.ok ? new TextDecoder().decode(read.value) : null;
      texts.set(file, text);
    }
    return text;
  };
}

/** A site that can be built. */
export interface PlannedSite {
  readonly site: SiteConfig;
  readonly lock: Lock;
  /** The text of stspress.lock; null where there is no file. */
  readonly lockText: string | null;
  readonly renderer: Renderer;
  readonly plan: SitePlan;
}

/** How a site is planned. */
export interface PlanOrder {
  /** Whether the lock forgets what nobody holds any more. */
  readonly pruning: boolean;
  /** A missing lock is a first build, whatever tells of an earlier one. */
  readonly newLock: boolean;
  /** Domains that get a new id although their policy is the same. */
  readonly newIds: ReadonlySet<string>;
}

/** Plans a site for verbs that write nothing. */
export function loadPlanAlone(root: string, now: number): ReturnType<typeof loadPlan> {
  return loadPlan(root, now, { ...alone, pruning: false, newLock: false, newIds: new Set() });
}

/** Loads and plans a site; null where there is an error. `now` is in Unix seconds. */
export async function loadPlan(
  root: string,
  now: number,
  options: LoadOptions & PlanOrder,
): Promise<{ readonly planned: PlannedSite | null; readonly diagnostics: readonly Diagnostic[] }> {
  const loaded = await loadSite(root, options);
  const { site, loadedLock, renderer } = loaded;
  const diagnostics = [...loaded.diagnostics];
  const { lock, text: lockText, merged, version } = loadedLock;
  const known = loadEvidence(root);
  const missing = lockText === null && !options.newLock ? missingLock(root) : null;
  if (missing !== null) return { planned: null, diagnostics: [...diagnostics, missing] };
  diagnostics.push(...known.diagnostics);
  if (known.diagnostics.some(({ code }) => severityOf(code) === "error")) {
    return { planned: null, diagnostics };
  }
  if (site === null || lock === null || renderer === null) return { planned: null, diagnostics };
  options.phase?.("plan");
  const readText = textReader(root);
  try {
    const plan = planSite(
      site,
      lock,
      now,
      {
        merged,
        pruning: options.pruning,
        newIds: options.newIds,
        evidence: known.evidence,
      },
      {
        digest: shortDigest,
        renderPolicy: (policy) => renderer.render("mta-sts.txt", policy),
        locate: (file, path) => locateInFile(readText, file, path) ?? nowhere(file),
        locateInLock: (domain) => lineInLock(lockText ?? "", domain),
      },
    );
    const planned = { site, lock, lockText, renderer, plan };
    const converted = version === 1 ? [diagnostic("lock/format-1", {})] : [];
    return { planned, diagnostics: [...diagnostics, ...converted, ...plan.diagnostics] };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { planned: null, diagnostics: [...diagnostics, error.diagnostic] };
  }
}

function nowhere(file: string): Place {
  return { file, line: 1, column: 1, length: 1, text: "" };
}

function lineInLock(text: string, domain: string): Place {
  const offset = text.indexOf(`\ndomain ${domain} `);
  if (offset === -1) return nowhere(lockName);
  return placeAt(lockName, text, { offset: offset + "\ndomain ".length, length: domain.length });
}
