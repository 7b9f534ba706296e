/** `stspress reports rebuild`: makes the store anew from the journal, beside the old one, and replaces it. */
import fs from "node:fs";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { unusable } from "../store/duckdb/open.ts";
import { openReportStore } from "../store/duckdb/store.ts";
import type { ReportStore } from "../store/store-port.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { catchUp, reportFolders, tellCaughtUp, type CaughtUp } from "../store/open-store.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** Runs `reports rebuild`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const done = await rebuild(context);
  if (!done.ok) return done;
  const { added, duplicates, refused, damaged } = done.value;
  tellCaughtUp(done.value, context.io);
  printResult(context, {
    json: { reports: added, duplicates, refused, damaged },
    text: () =>
      `the database was rebuilt: ${String(added)} report${added === 1 ? "" : "s"}${duplicates > 0 ? `; ignored ${String(duplicates)} duplicate${duplicates === 1 ? "" : "s"} in the journal` : ""}\n`,
  });
  return success(0);
}

async function rebuild(context: Context): Promise<Result<CaughtUp>> {
  const folders = reportFolders(context.root);
  if (!folders.ok) return folders;
  const { database, journal } = folders.value;
  // While the old one can be opened it is held, so that nobody writes to what is about to be replaced.
  const old = await openOld(database);
  if (!old.ok) return old;
  const next = `${database}.new`;
  let done: CaughtUp;
  try {
    for (const file of [next, `${next}.wal`]) fs.rmSync(file, { force: true });
    const store = await openReportStore(next);
    if (!store.ok) return store;
    try {
      done = await catchUp(store.value, journal, context);
    } finally {
      await store.value.close();
    }
  } catch (error) {
    return failure(unusable(database, error));
  } finally {
    await old.value?.close();
  }
  return putInPlace(next, database, done);
}

function putInPlace(next: string, database: string, done: CaughtUp): Result<CaughtUp> {
  try {
    // What was written to the old one alone would be taken for the new one's; the journal has it all.
    fs.rmSync(`${database}.wal`, { force: true });
    fs.renameSync(next, database);
    return success(done);
  } catch (error) {
    if (codeOf(error) === "") throw error;
    const path = ".stspress/reports/reports.duckdb";
    return failure(diagnostic("site/cannot-write", { path, detail: describe(error) }));
  }
}

const mended: readonly string[] = ["reports/store-damaged", "reports/store-version"];

/** null: there is none that can be opened, which is why it is made anew. */
async function openOld(database: string): Promise<Result<ReportStore | null>> {
  if (!fs.existsSync(database)) return success(null);
  const old = await openReportStore(database);
  if (old.ok || !old.problems.every(({ code }) => mended.includes(code))) return old;
  return success(null);
}
