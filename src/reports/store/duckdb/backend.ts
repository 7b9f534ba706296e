/** The store of a site in one DuckDB file. */
import fs from "node:fs";
import { diagnostic } from "../../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../../diagnostics/result.ts";
import { codeOf, describe } from "../../../runtime/system-error.ts";
import type { ReportStore, StoreBackend } from "../port.ts";
import { unusable } from "./open.ts";
import { openReportStore } from "./store.ts";

/** The store in this file. */
export function duckDbBackend(file: string): StoreBackend {
  return {
    open: (prepare) => openPrepared(file, prepare),
    replace: (fill) => replace(file, fill),
  };
}

type Work = (store: ReportStore) => Promise<void>;

async function openPrepared(file: string, prepare: Work): Promise<Result<ReportStore>> {
  const store = await openReportStore(file);
  if (!store.ok) return store;
  try {
    await prepare(store.value);
    return store;
  } catch (error) {
    await store.value.close();
    return failure(unusable(file, error));
  }
}

async function replace(file: string, fill: Work): Promise<Result<null>> {
  // While the old one can be opened it is held, so that nobody writes to what is about to be replaced.
  const old = await openOld(file);
  if (!old.ok) return old;
  const next = `${file}.new`;
  try {
    for (const one of [next, `${next}.wal`]) fs.rmSync(one, { force: true });
    const filled = await openPrepared(next, fill);
    if (!filled.ok) return filled;
    await filled.value.close();
  } catch (error) {
    return failure(unusable(file, error));
  } finally {
    await old.value?.close();
  }
  return putInPlace(next, file);
}

function putInPlace(next: string, file: string): Result<null> {
  try {
    // What was written to the old one alone would be taken for the new one's; the journal has it all.
    fs.rmSync(`${file}.wal`, { force: true });
    fs.renameSync(next, file);
    return success(null);
  } catch (error) {
    if (codeOf(error) === "") throw error;
    const path = ".stspress/reports/reports.duckdb";
    return failure(diagnostic("site/cannot-write", { path, detail: describe(error) }));
  }
}

/** Problems of a file that a new one solves. */
const solved: readonly string[] = ["reports/store-damaged", "reports/store-version"];

/** null: there is none that can be opened, which is why it is made anew. */
async function openOld(file: string): Promise<Result<ReportStore | null>> {
  if (!fs.existsSync(file)) return success(null);
  const old = await openReportStore(file);
  if (old.ok || !old.problems.every(({ code }) => solved.includes(code))) return old;
  return success(null);
}
