/** Opens the store of a site, and brings it up to date with the journal. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { duckDbBackend } from "./duckdb/backend.ts";
import { readJournal } from "../journal/read-journal.ts";
import { makeReportFolders, type ReportFolders } from "../intake/report-folders.ts";
import type { NewReport } from "../new-report.ts";
import type { ReportStore, SegmentPosition, StoreBackend } from "./port.ts";
import type { Context } from "../../cli/context.ts";
import type { Io } from "../../cli/io.ts";
import { startProgress } from "../../cli/progress.ts";
import { parseJournalRecord } from "../intake/parse-report.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** The site, the time of the intake, and where to show progress: a part of a command's context. */
export type Opening = Pick<Context, "root" | "now" | "io">;

/** The one place that knows which database a site uses. */
function backendOf({ database }: ReportFolders): StoreBackend {
  return duckDbBackend(database);
}

/** Opens the store, with everything that the journal has. */
export async function openStore(opening: Opening): Promise<Result<ReportStore>> {
  const folders = reportFolders(opening.root);
  if (!folders.ok) return folders;
  return backendOf(folders.value).open(async (store) => {
    warnOfLosses(await catchUp(store, folders.value.journal, opening), opening.io);
  });
}

/** Makes the store anew from the journal, and puts it in the place of the old one. */
export async function rebuildStore(opening: Opening): Promise<Result<CaughtUp>> {
  const folders = reportFolders(opening.root);
  if (!folders.ok) return folders;
  let sum: CaughtUp = { added: 0, duplicates: 0, refused: 0, damaged: 0 };
  const replaced = await backendOf(folders.value).replace(async (store) => {
    sum = await catchUp(store, folders.value.journal, opening);
  });
  if (!replaced.ok) return replaced;
  warnOfLosses(sum, opening.io);
  return success(sum);
}

/** The folders of the reports, made where they are missing. */
export function reportFolders(root: string): Result<ReportFolders> {
  try {
    return success(makeReportFolders(root));
  } catch (error) {
    if (codeOf(error) === "") throw error;
    const detail = describe(error);
    return failure(diagnostic("site/cannot-write", { path: ".stspress/reports", detail }));
  }
}

/** What was read of the journal. */
export interface CaughtUp {
  readonly added: number;
  readonly duplicates: number;
  /** Records that this version does not accept as reports, though an earlier one did. */
  readonly refused: number;
  /** Places of the journal that cannot be read. */
  readonly damaged: number;
}

/** Characters of the reports that are in memory before they are added. */
const maxCharacters = 32 * 1024 * 1024;

/** Adds to the store what the journal has after the store's positions. */
async function catchUp(
  store: ReportStore,
  journal: string,
  { now, io }: Pick<Opening, "now" | "io">,
): Promise<CaughtUp> {
  const sum = { added: 0, duplicates: 0, refused: 0, damaged: 0 };
  const progress = await startProgress(io);
  let read = 0;
  try {
    for await (const batch of readJournal(journal, await store.positions())) {
      let reports: NewReport[] = [];
      let characters = 0;
      const add = async (positions: readonly SegmentPosition[]): Promise<void> => {
        const { added, duplicates } = await store.add(reports, () => positions);
        sum.added += added;
        sum.duplicates += duplicates;
        reports = [];
        characters = 0;
      };
      for (const record of batch.records) {
        const parsed = parseJournalRecord(record, now);
        if (parsed.ok) {
          reports.push(parsed.report);
          characters += parsed.report.text.length;
        } else sum.refused += 1;
        // A small record may unpack to a large report.
        if (characters > maxCharacters) await add([]);
      }
      await add([batch.position]);
      sum.damaged += batch.damaged;
      read += batch.records.length;
      // The journal does not say how much is left.
      progress.show("reading the journal", read, read);
    }
  } finally {
    progress.end();
  }
  return sum;
}

/** Nothing is lost silently. */
function warnOfLosses({ refused, damaged }: CaughtUp, io: Io): void {
  if (damaged > 0) {
    io.err(
      `the reports journal is damaged in ${String(damaged)} place${damaged === 1 ? "" : "s"}: the reports there are lost; check the disk\n`,
    );
  }
  if (refused > 0) {
    io.err(
      `this version cannot read ${String(refused)} record${refused === 1 ? "" : "s"} of the reports journal; they stay in the journal\n`,
    );
  }
}
