/** `stspress reports status`: the health of the domains; for people, cron and CI. */
import path from "node:path";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { readStatusMemory, writeStatusMemory, type StatusMemory } from "../status/status-memory.ts";
import { statusChanges, statusFailures, statusTable } from "./print/reports-status.ts";
import type { DomainRow, Overview } from "../analysis/page-data.ts";
import { changesSince, statusOf } from "../analysis/status-change.ts";
import { readDomains } from "../../cli/domain-operands.ts";
import type { Context } from "../../cli/context.ts";
import { wantsColour, type ExitCode } from "../../cli/io.ts";
import { printDiagnostics } from "../../cli/output.ts";
import { reportFolders } from "../store/open-store.ts";
import { openPageSource, type PageSource } from "../page/page-source.ts";
import { describe } from "../../runtime/system-error.ts";
import { changedLines } from "../../cli/text.ts";
import { changeEvidence, type EvidenceChange } from "../../site/disk/change-evidence.ts";
import { withReports } from "../../site/evidence/site-evidence.ts";
import { isoTime } from "../../site/stamp.ts";

/** The window for reporters and overall rates; the verdicts use fewer days. */
const days = 90;

/** Runs `reports status [DOMAIN…]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { options, operands, root, now, io } = context;
  if (options.flag("all") && options.flag("changes")) {
    return options.conflict("--all and --changes contradict each other", "--changes");
  }
  const named = readDomains(operands);
  if (!named.ok) return named;
  const opened = await openPageSource({ root, now, days, io });
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    const overview = await source.overview();
    const names = named.value.map(({ ascii }) => ascii);
    const chosen = await choose(overview, names, source);
    if (!chosen.ok) return chosen;
    const printed = print(chosen.value, source, context);
    if (!printed.ok) return printed;
    if (options.flag("record")) {
      const recorded = await record(chosen.value, source, context);
      if (!recorded.ok) return recorded;
    }
    return success(await exitCode(chosen.value.domains, printed.value, source, context));
  } finally {
    await source.close();
  }
}

/** Writes what the reports prove of each domain in testing; of one without a report nothing is known. */
async function record(
  { domains }: Overview,
  { rollouts }: PageSource,
  { root, now, io }: Context,
): Promise<Result<null>> {
  const changes = new Map<string, EvidenceChange>();
  const inSite = new Set(domains.filter((row) => row.inSite).map(({ domain }) => domain));
  for (const [domain, { verdict, rate, lacks }] of rollouts) {
    if (!inSite.has(domain)) continue;
    const seen = { outcome: verdict, sessions: rate.sessions, failures: rate.failures };
    changes.set(domain, (known) =>
      lacks === "reports" && known.reports === null ? known : withReports(known, seen, now),
    );
  }
  const changed = await changeEvidence(root, { domains: changes });
  if (!changed.ok) return changed;
  const { lines } = changed.value;
  if (lines > 0)
    io.err(`${changedLines("stspress.evidence", lines)}
`);
  return success(null);
}

/** The exit code. If it is not 0, the reason is printed unless it was printed before. */
async function exitCode(
  rows: readonly DomainRow[],
  printed: ReadonlySet<string>,
  source: PageSource,
  { options, format, io }: Context,
): Promise<ExitCode> {
  if (rows.every(({ lastDay }) => lastDay === null)) {
    const isForPeople = format === "text" && io.outIsTerminal;
    if (isForPeople && !(await source.hasReports())) {
      printDiagnostics([diagnostic("reports/none", {})], format, io);
    }
    return 3;
  }
  const failing = failsOn(options.text("fail-on"), rows);
  if (failing.length === 0) return 0;
  // A CI log has to say why it failed, even if nothing changed.
  const unprinted = failing.filter(({ domain }) => !printed.has(domain));
  io.err(statusFailures(unprinted, { colour: wantsColour(io, false) }));
  return 1;
}

/** The overview of the given domains, in the site or not; of all if none is given. */
async function choose(
  overview: Overview,
  names: readonly string[],
  source: PageSource,
): Promise<Result<Overview>> {
  if (names.length === 0) return success(overview);
  const domains = overview.domains.filter(({ domain }) => names.includes(domain));
  const unknown: Diagnostic[] = [];
  for (const domain of new Set(names)) {
    if (domains.some((row) => row.domain === domain)) continue;
    // The overview has only some of the domains that are not in the site.
    const page = await source.domainPage(domain);
    if (page !== null) domains.push(page.row);
    else {
      const known = [...overview.domains, ...overview.undeclared].map((row) => row.domain);
      const suggestion = suggest(domain, known);
      unknown.push(diagnostic("site/unknown-domain", { domain, suggestion }));
    }
  }
  if (unknown.length > 0) return failure(...unknown);
  return success({ ...overview, domains, undeclared: [], undeclaredCount: 0 });
}

/** Prints, and remembers the changes that were printed. Returns the domains that were printed. */
function print(
  overview: Overview,
  source: PageSource,
  { options, format, io, root }: Context,
): Result<ReadonlySet<string>> {
  const folders = reportFolders(root);
  if (!folders.ok) return folders;
  const folder = path.dirname(folders.value.database);
  const before = readStatusMemory(folder);
  const changes = changesSince(overview.domains, before.domains);
  const changed = new Set(changes.map(({ row }) => row.domain));
  if (format === "json") {
    printDiagnostics(source.diagnostics, format, io, jsonOf(overview, source, changed));
    return success(allDomains(overview));
  }
  const isWhole = io.outIsTerminal || options.flag("all");
  if (isWhole) printDiagnostics(source.diagnostics, format, io);
  const text = { colour: wantsColour(io, io.outIsTerminal) };
  // People want the whole table. Cron mails whatever is printed, so only changes.
  if (isWhole && !options.flag("changes")) {
    io.out(statusTable(overview, source.rollouts, text));
    return success(allDomains(overview));
  }
  io.out(statusChanges(changes, overview.quarantined - before.quarantined, text));
  const after = remembered(before, overview);
  const isSame =
    changes.length === 0 &&
    after.quarantined === before.quarantined &&
    after.domains.size === before.domains.size;
  return isSame ? success(changed) : remember(folder, after, changed);
}

function remember<T>(folder: string, memory: StatusMemory, printed: T): Result<T> {
  try {
    writeStatusMemory(folder, memory);
    return success(printed);
  } catch (error) {
    const path = ".stspress/reports/status.json";
    return failure(diagnostic("site/cannot-write", { path, detail: describe(error) }));
  }
}

function allDomains({ domains }: Overview): ReadonlySet<string> {
  return new Set(domains.map(({ domain }) => domain));
}

function remembered(before: StatusMemory, overview: Overview): StatusMemory {
  const domains = new Map(before.domains);
  for (const row of overview.domains) domains.set(row.domain, statusOf(row));
  return { domains, quarantined: overview.quarantined };
}

function jsonOf(overview: Overview, source: PageSource, changed: ReadonlySet<string>): object {
  const { madeAt, from, to, totals, quarantined, undeclaredCount } = overview;
  return {
    madeAt: isoTime(madeAt),
    from,
    to,
    totals,
    quarantined,
    strangerCount: undeclaredCount,
    domains: [...overview.domains, ...overview.undeclared].map(({ sparkline: _, ...row }) => ({
      ...row,
      changed: changed.has(row.domain),
      rollout: source.rollouts.get(row.domain) ?? null,
    })),
  };
}

/** The domains that make `--fail-on` fail, in the order of the overview. */
function failsOn(choice: string | null, rows: readonly DomainRow[]): readonly DomainRow[] {
  const known = rows.filter(({ health }) => health !== "unknown");
  switch (choice) {
    case "new":
      return known.filter(({ trend }) => trend === "new");
    case "rising":
      return known.filter(({ trend }) => trend === "new" || trend === "rising");
    case "any":
      return known.filter(({ health }) => health !== "good");
    default:
      return [];
  }
}
