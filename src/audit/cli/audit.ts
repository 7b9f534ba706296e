/** `stspress audit`: checks mail domains from outside, and says whether an enforced policy is safe. */
import os from "node:os";
import type { DeclaredDomain, Subject } from "../subject.ts";
import type { Evidence } from "../evidence.ts";
import { judge } from "../judge.ts";
import { locateInFile } from "../../config/locate.ts";
import { diagnostic, type Place } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { readProbeOptions, type ProbeOptions } from "../../live/probe/probe-options.ts";
import { AuditPrinter } from "./print/audit-printer.ts";
import { fromSaved, fromNetwork, readSaved, type EvidenceSource } from "../probe/audit-source.ts";
import { declaredOf } from "../declared-domain.ts";
import type { Context } from "../../cli/context.ts";
import { readDomains } from "../../cli/domain-operands.ts";
import { mapInOrder } from "../../runtime/map-in-order.ts";
import type { ExitCode } from "../../cli/io.ts";
import type { Options } from "../../cli/options.ts";
import { hasErrors } from "../../cli/output.ts";
import type { DomainName } from "../../names/domain-name.ts";
import { loadSiteIfAny, textReader } from "../../site/load/load-site.ts";
import { startProgress } from "../../cli/progress.ts";
import { changeEvidence, type EvidenceChange } from "../../site/disk/change-evidence.ts";
import { withAudit, type AuditSighting } from "../../site/evidence/site-evidence.ts";
import { printable } from "../../cli/text.ts";
import { recordLive, type RecordedLook } from "../probe/record-live.ts";
import { sightingOf } from "../sighting.ts";

/** What an audit uses of the site, if there is one. */
interface KnownSite {
  /** Declared domains, sorted. */
  readonly domains: readonly string[];
  readonly declared: (domain: string) => DeclaredDomain | null;
  readonly place: (domain: string) => Place | null;
}

/** What the command line asks for. */
interface Request {
  readonly probe: ProbeOptions;
  readonly names: readonly DomainName[];
}

/** The domains to audit, and the source of their evidence. */
interface Plan {
  readonly domains: readonly string[];
  readonly source: EvidenceSource;
}

/** Runs `audit [DOMAIN…]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const request = readRequest(context);
  if (!request.ok) return request;
  const site = await knownSite(context.root);
  if (!site.ok) return site;
  const plan = makePlan(context, request.value, site.value);
  if (!plan.ok) return plan;

  const printer = new AuditPrinter(context, site.value.place);
  printer.begin();
  const sightings = await auditAll(context, plan.value, site.value, printer);
  const saved = await plan.value.source.close();
  const recorded = saved.ok
    ? await record(context, request.value.probe, plan.value.domains, sightings, site.value)
    : saved;
  return success(printer.end(recorded));
}

function readRequest({ operands, options }: Context): Result<Request> {
  return combine({
    formats: oneFormat(options),
    recording: recordsWhatItSees(options),
    probe: readProbeOptions(options, os.hostname()),
    names: readDomains(operands),
  });
}

/** Saved evidence is old: what is live now is only seen by looking. */
function recordsWhatItSees(options: Options): Result<null> {
  return options.flag("record") && options.text("evidence") !== null
    ? options.conflict("--record looks itself; saved evidence says what was live then", "--record")
    : success(null);
}

function oneFormat(options: Options): Result<null> {
  return options.flag("json") && options.flag("jsonl")
    ? options.conflict("--json and --jsonl are two formats", "--jsonl")
    : success(null);
}

async function knownSite(root: string): Promise<Result<KnownSite>> {
  const loaded = await loadSiteIfAny(root);
  if (loaded === null) return success({ domains: [], declared: () => null, place: () => null });
  const { site, loadedLock, diagnostics } = loaded;
  if (site === null || loadedLock.lock === null) {
    return failure(...(hasErrors(diagnostics) ? diagnostics : [diagnostic("lock/not-a-lock", {})]));
  }
  const readText = textReader(root);
  const declarations = new Map(site.domains.map((one) => [one.domain, one.declaration]));
  return success({
    domains: site.domains.map(({ domain }) => domain),
    declared: declaredOf(site, loadedLock.lock),
    place: (domain) => {
      const declaration = declarations.get(domain);
      if (declaration === undefined) return null;
      return locateInFile(readText, declaration.file, declaration.path);
    },
  });
}

/** Finds the domains, and opens the source of their evidence. */
function makePlan(context: Context, { probe, names }: Request, site: KnownSite): Result<Plan> {
  const { options, clock } = context;
  const path = options.text("evidence");
  const named = names.map(({ ascii }) => ascii);
  if (path === null) {
    const domains = named.length > 0 ? named : site.domains;
    if (domains.length === 0) return noDomains();
    const source = fromNetwork(probe, options.text("save"), clock);
    return source.ok ? success({ domains, source: source.value }) : source;
  }
  const saved = readSaved(path);
  if (!saved.ok) return saved;
  const domains = named.length > 0 ? named : domainsOf(saved.value);
  if (domains.length === 0) return noDomains();
  const source = fromSaved(saved.value, path, domains);
  return source.ok ? success({ domains, source: source.value }) : source;
}

function domainsOf({ domains }: Evidence): readonly string[] {
  return domains.map(({ domain }) => domain);
}

function noDomains() {
  return failure(diagnostic("site/no-domains", { folder: "domains/" }));
}

/** What was seen of each declared domain, and when. */
type Sightings = Map<string, { readonly seen: AuditSighting; readonly at: number }>;

/** Audits every domain, prints and saves what was observed. */
async function auditAll(
  { format, io, options, clock }: Context,
  { domains, source }: Plan,
  site: KnownSite,
  printer: AuditPrinter,
): Promise<Sightings> {
  const sightings: Sightings = new Map();
  const records = options.flag("record");
  const progress = await startProgress(io);
  let done = 0;
  await mapInOrder(
    domains,
    source.concurrency,
    async (domain) => {
      const { evidence, mxHosts } = await source.observe(domain);
      const subject: Subject = { domain, declared: site.declared(domain), evidence, mxHosts };
      const verdict = judge(subject);
      if (records && subject.declared !== null) {
        const seen = sightingOf(subject, verdict);
        const reason = printable(seen.reason);
        sightings.set(domain, { seen: { ...seen, reason }, at: clock() });
      }
      const text = printer.format(subject, verdict);
      if (format === "jsonl") io.out(text);
      done += 1;
      progress.show("auditing", done, domains.length);
      // Held until it is this domain's turn, so only if it is needed.
      return { text, evidence: source.saves ? evidence : null };
    },
    async ({ text, evidence }) => {
      if (evidence !== null) await source.save(evidence);
      if (format === "jsonl") return;
      progress.aside(() => {
        printer.print(text);
      });
    },
  );
  progress.end();
  return sightings;
}

/** Records what is live and what the audit said, if `--record` asks for it; else gives null. A clock that is wrong records neither. */
async function record(
  { options, root, clock }: Context,
  probe: ProbeOptions,
  domains: readonly string[],
  sightings: Sightings,
  site: KnownSite,
): Promise<Result<RecordedLook | null>> {
  if (!options.flag("record")) return success(null);
  const live = await recordLive(root, domains, probe, clock);
  if (!live.ok) return live;
  const changes = new Map<string, EvidenceChange>();
  for (const [domain, { seen, at }] of sightings) {
    changes.set(domain, (known) => withAudit(known, seen, at));
  }
  const declared = new Set(site.domains);
  const isKept = (domain: string) => declared.has(domain);
  const changed = await changeEvidence(root, { domains: changes, isKept });
  if (!changed.ok) return changed;
  const evidenceLines = live.value.evidenceLines + changed.value.lines;
  return success({ live: live.value.live, evidenceLines });
}
