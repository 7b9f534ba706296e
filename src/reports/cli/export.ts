/** `stspress reports export`: what is stored, for other programs. */
import { suggest } from "../../config/suggest.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { csvHead, csvLine, jsonLine } from "./print/reports-export.ts";
import { exportColumns, type ReportStore, type Window } from "../store/port.ts";
import { readDomains } from "../../cli/domain-operands.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode, Io } from "../../cli/io.ts";
import type { Options } from "../../cli/options.ts";
import { loadSiteIfAny } from "../../site/load/load-site.ts";
import { openStore } from "../store/open-store.ts";

/** Lines that are printed at once. */
const piece = 1000;

/** Runs `reports export [DOMAIN]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { operands, options, root, io } = context;
  const asked = combine({ window: readWindow(options), domains: readDomains(operands) });
  if (!asked.ok) return asked;
  const { window, domains } = asked.value;
  const opened = await openStore(context);
  if (!opened.ok) return opened;
  const store = opened.value;
  const only = domains[0]?.ascii;
  try {
    const unknown = only === undefined ? null : await unknownDomain(only, store, root);
    if (unknown !== null) return failure(unknown);
    await printRows(store, window, only, options.text("format") !== "jsonl", io);
  } finally {
    await store.close();
  }
  return success(0);
}

async function printRows(
  store: ReportStore,
  window: Window | null,
  only: string | undefined,
  isCsv: boolean,
  io: Io,
): Promise<void> {
  let lines: string[] = isCsv ? [csvHead(exportColumns)] : [];
  for await (const row of store.exportRows(window, only)) {
    lines.push(isCsv ? csvLine(row) : jsonLine(row));
    if (lines.length < piece) continue;
    io.out(lines.join(""));
    lines = [];
  }
  io.out(lines.join(""));
}

/** Says that neither the store nor the site knows a domain, and which name is near; null: one of them does. */
async function unknownDomain(
  domain: string,
  store: ReportStore,
  root: string,
): Promise<Diagnostic | null> {
  const every = await store.extent();
  if (every !== null) {
    for await (const _ of store.series(every, [domain])) return null;
  }
  // A site with mistakes in it does not keep from the export what is stored.
  const site = (await loadSiteIfAny(root))?.site ?? null;
  const known = new Set(site?.domains.map((one) => one.domain));
  if (known.has(domain)) return null;
  if (every !== null) for await (const one of store.series(every)) known.add(one.domain);
  return diagnostic("site/unknown-domain", { domain, suggestion: suggest(domain, known) });
}

/** The days that were asked for; null: all. */
function readWindow(options: Options): Result<Window | null> {
  const days = combine({ from: readDay("from", options), to: readDay("to", options) });
  if (!days.ok) return days;
  const { from, to } = days.value;
  if (from === null && to === null) return success(null);
  if (from !== null && to !== null && from > to) {
    const detail = `--from is later than --to: ${from} and ${to}`;
    return options.conflict(detail, `--from ${to} --to ${from}`);
  }
  return success({ from: from ?? "0001-01-01", to: to ?? "9999-12-31" });
}

function readDay(name: string, options: Options): Result<string | null> {
  return options.parsed(name, (text) => (isDay(text) ? text : null), "a day", "2026-11-24");
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}
