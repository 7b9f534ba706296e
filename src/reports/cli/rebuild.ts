/** `stspress reports rebuild`: makes the store anew from the journal, beside the old one, and replaces it. */
import fs from "node:fs";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { unusable } from "../store/duckdb/open.ts";
import { openReportStore } from "../store/duckdb/store.ts";
import type { ReportStore } from "../store/store-port.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import { catchUp, reportFolders, tellCaughtUp, type CaughtUp } from "../store/open-store.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** Runs `reports rebuild`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const root = siteRoot(textOption(args, "site"));
  const done = typeof root === "string" ? await rebuild(root, io) : root;
  if ("code" in done) {
    tell([done], format, io, {});
    return 2;
  }
  const { added, duplicates, refused, damaged } = done;
  tellCaughtUp(done, io);
  if (format === "json") tell([], format, io, { reports: added, duplicates, refused, damaged });
  else {
    io.out(
      `the database is made anew: ${String(added)} report${added === 1 ? "" : "s"}${duplicates > 0 ? `, ${String(duplicates)} of them in the journal more than once` : ""}\n`,
    );
  }
  return 0;
}

async function rebuild(root: string, io: Io): Promise<CaughtUp | Diagnostic> {
  const now = readClock(io.env);
  if (typeof now !== "number") return now;
  const folders = reportFolders(root);
  if ("code" in folders) return folders;
  const { database, journal } = folders;
  // While the old one can be opened it is held, so that nobody writes to what is about to be replaced.
  const old = await openOld(database);
  if (old !== null && "code" in old) return old;
  const next = `${database}.new`;
  let done: CaughtUp;
  try {
    for (const file of [next, `${next}.wal`]) fs.rmSync(file, { force: true });
    const store = await openReportStore(next);
    if ("code" in store) return store;
    try {
      done = await catchUp(store, journal, now, io);
    } finally {
      await store.close();
    }
  } catch (error) {
    return unusable(database, error);
  } finally {
    await old?.close();
  }
  try {
    // What was written to the old one alone would be taken for the new one's; the journal has it all.
    fs.rmSync(`${database}.wal`, { force: true });
    fs.renameSync(next, database);
    return done;
  } catch (error) {
    if (codeOf(error) === "") throw error;
    return diagnostic("site/cannot-write", {
      path: ".stspress/reports/reports.duckdb",
      detail: describe(error),
    });
  }
}

/** null: there is none that can be opened, which is why it is made anew. */
async function openOld(database: string): Promise<ReportStore | Diagnostic | null> {
  if (!fs.existsSync(database)) return null;
  const old = await openReportStore(database);
  if (!("code" in old)) return old;
  return old.code === "reports/store-damaged" || old.code === "reports/store-version" ? null : old;
}
