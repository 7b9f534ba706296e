/** `stspress reports status`: how the domains are, by their reports; for people, for cron and for CI. */
import path from "node:path";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { readStatusMemory, writeStatusMemory, type StatusMemory } from "../status/status-memory.ts";
import { statusChanges, statusFailures, statusTable } from "./print/reports-status.ts";
import type { DomainRow, Overview } from "../analysis/page-data.ts";
import { changesSince, toldOf } from "../analysis/status-change.ts";
import { readDomains } from "../../cli/domain-operands.ts";
import {
  flag,
  textOption,
  wantsColour,
  type Arguments,
  type ExitCode,
  type Io,
} from "../../cli/io.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import { reportFolders } from "../store/open-store.ts";
import { openPageSource, type PageSource } from "../page/page-source.ts";
import { describe } from "../../runtime/system-error.ts";

/** The window in which reporters and whole rates are counted; the verdicts look at less. */
const days = 90;

/** Runs `reports status [DOMAIN…]`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const refuse = (found: readonly Diagnostic[]): ExitCode => {
    tell(found, format, io, {});
    return 2;
  };
  if (flag(args, "all") && flag(args, "changes")) {
    io.err("--all and --changes contradict each other\n  fix: stspress reports status --changes\n");
    return 2;
  }
  const now = readClock(io.env);
  const root = siteRoot(textOption(args, "site"));
  if (typeof now !== "number") return refuse([now]);
  if (typeof root !== "string") return refuse([root]);
  const named = readDomains(args.operands);
  if (named.wrong.length > 0) return refuse(named.wrong);
  const source = await openPageSource({ root, now, days, io });
  if (!("overview" in source)) return refuse(source);
  try {
    const overview = await source.overview();
    const names = named.domains.map(({ ascii }) => ascii);
    const chosen = await choose(overview, names, source);
    if (!("domains" in chosen)) return refuse(chosen);
    const told = say(chosen, source, args, io, root);
    if ("code" in told) return refuse([told]);
    if (chosen.domains.every(({ lastDay }) => lastDay === null)) {
      if (!(await source.hasReports())) noReports(io, format === "json");
      return 3;
    }
    const failing = failsOn(textOption(args, "failOn"), chosen.domains);
    if (failing.length === 0) return 0;
    // A CI log has to say why it failed, also where the news is an old one.
    const untold = failing.filter(({ domain }) => !told.has(domain));
    io.err(statusFailures(untold, { colour: wantsColour(io, false) }));
    return 1;
  } finally {
    await source.close();
  }
}

/** The overview of the domains that were named, in the site or not; of all where none was. */
async function choose(
  overview: Overview,
  names: readonly string[],
  source: PageSource,
): Promise<Overview | Diagnostic[]> {
  if (names.length === 0) return overview;
  const domains = overview.domains.filter(({ domain }) => names.includes(domain));
  const unknown: Diagnostic[] = [];
  for (const domain of new Set(names)) {
    if (domains.some((row) => row.domain === domain)) continue;
    // Of those that are not in the site, the overview has only some.
    const page = await source.domainPage(domain);
    if (page !== null) domains.push(page.row);
    else {
      const known = [...overview.domains, ...overview.strangers].map((row) => row.domain);
      const suggestion = suggest(domain, known);
      unknown.push(diagnostic("site/unknown-domain", { domain, suggestion }));
    }
  }
  return unknown.length > 0 ? unknown : { ...overview, domains, strangers: [], strangerCount: 0 };
}

/** Prints, and remembers what was told as a change. Gives whom it told of, or why it could not be remembered. */
function say(
  overview: Overview,
  source: PageSource,
  args: Arguments,
  io: Io,
  root: string,
): ReadonlySet<string> | Diagnostic {
  const format = formatOf(args);
  const folders = reportFolders(root);
  if ("code" in folders) return folders;
  const folder = path.dirname(folders.database);
  const before = readStatusMemory(folder);
  const changes = changesSince(overview.domains, before.told);
  if (format === "json") {
    const changed = new Set(changes.map(({ row }) => row.domain));
    tell(source.diagnostics, format, io, jsonOf(overview, source, changed));
    return everyDomain(overview);
  }
  const warnings = io.outIsTerminal || flag(args, "all") ? source.diagnostics : [];
  if (warnings.length > 0) tell(warnings, format, io, {});
  const options = { colour: wantsColour(io, io.outIsTerminal) };
  // A person wants to see how things are; a cron job mails what is printed, and so only news.
  if (!flag(args, "changes") && (io.outIsTerminal || flag(args, "all"))) {
    io.out(statusTable(overview, source.rollouts, options));
    return everyDomain(overview);
  }
  io.out(statusChanges(changes, overview.quarantined - before.quarantined, options));
  const after = remembered(before, overview);
  try {
    if (
      changes.length > 0 ||
      after.quarantined !== before.quarantined ||
      after.told.size !== before.told.size
    )
      writeStatusMemory(folder, after);
    return new Set(changes.map(({ row }) => row.domain));
  } catch (error) {
    return diagnostic("site/cannot-write", {
      path: ".stspress/reports/status.json",
      detail: describe(error),
    });
  }
}

function everyDomain({ domains }: Overview): ReadonlySet<string> {
  return new Set(domains.map(({ domain }) => domain));
}

function remembered(before: StatusMemory, overview: Overview): StatusMemory {
  const told = new Map(before.told);
  for (const row of overview.domains) told.set(row.domain, toldOf(row));
  return { told, quarantined: overview.quarantined };
}

function jsonOf(overview: Overview, source: PageSource, changed: ReadonlySet<string>): object {
  const { madeAt, from, to, totals, quarantined, strangerCount } = overview;
  return {
    madeAt: new Date(madeAt * 1000).toISOString().replace(".000Z", "Z"),
    from,
    to,
    totals,
    quarantined,
    strangerCount,
    domains: [...overview.domains, ...overview.strangers].map(({ sparkline: _, ...row }) => ({
      ...row,
      changed: changed.has(row.domain),
      rollout: source.rollouts.get(row.domain) ?? null,
    })),
  };
}

function noReports(io: Io, isJson: boolean): void {
  if (isJson || !io.outIsTerminal) return;
  io.err(
    "no report was taken in yet: nothing is known\n  fix: stspress reports add PATH, stspress reports fetch, or stspress reports serve\n",
  );
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
