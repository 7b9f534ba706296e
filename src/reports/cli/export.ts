/** `stspress reports export`: what is stored, for other programs. */
import { suggest } from "../../config/suggest.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { csvHead, csvLine, jsonLine } from "./print/reports-export.ts";
import { printable } from "../../cli/text.ts";
import type { ReportStore, Window } from "../store/store-port.ts";
import { readDomains } from "../../cli/domain-operands.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadSiteIfAny } from "../../site/load/load-site.ts";
import { tell } from "../../cli/report.ts";
import { siteRoot } from "../../cli/site-root.ts";
import { openStore } from "../store/open-store.ts";

/** Lines that are printed at once. */
const piece = 1000;

/** Runs `reports export [DOMAIN]`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const refuse = (...found: Diagnostic[]): ExitCode => {
    tell(found, "text", io, {});
    return 2;
  };
  const window = windowOf(args, io);
  if (window === "wrong") return 2;
  const named = readDomains(args.operands);
  if (named.wrong.length > 0) return refuse(...named.wrong);
  const root = siteRoot(textOption(args, "site"));
  if (typeof root !== "string") return refuse(root);
  const store = await openStore(root, io);
  if ("code" in store) return refuse(store);
  const isCsv = textOption(args, "format") !== "jsonl";
  const only = named.domains[0]?.ascii;
  let lines: string[] = isCsv ? [csvHead(store.exportColumns)] : [];
  try {
    const unknown = only === undefined ? null : await unknownDomain(only, store, root);
    if (unknown !== null) return refuse(unknown);
    for await (const row of store.exportRows(window, only)) {
      lines.push(isCsv ? csvLine(row) : jsonLine(row));
      if (lines.length < piece) continue;
      io.out(lines.join(""));
      lines = [];
    }
  } finally {
    await store.close();
  }
  io.out(lines.join(""));
  return 0;
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

/** The days that were asked for; null: all. Says what is wrong with them. */
function windowOf(args: Arguments, io: Io): Window | null | "wrong" {
  const [from, to] = [textOption(args, "from"), textOption(args, "to")];
  for (const [name, day] of [
    ["from", from],
    ["to", to],
  ] as const) {
    if (day === null || isDay(day)) continue;
    io.err(
      `--${name} is not a day: ${printable(day.slice(0, 80))}\n  fix: write it like 2026-11-24\n`,
    );
    return "wrong";
  }
  if (from === null && to === null) return null;
  if (from !== null && to !== null && from > to) {
    io.err(
      `--from is later than --to: ${from} and ${to}\n  fix: stspress reports export --from ${to} --to ${from}\n`,
    );
    return "wrong";
  }
  return { from: from ?? "0001-01-01", to: to ?? "9999-12-31" };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}
