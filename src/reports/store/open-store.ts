/** Opens the store of a site, and brings it up to date with the journal. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { unusable } from "./duckdb/open.ts";
import { openReportStore } from "./duckdb/store.ts";
import { readJournal } from "../journal/read-journal.ts";
import { makeReportFolders, type ReportFolders } from "../intake/report-folders.ts";
import { packReport } from "./pack-report.ts";
import type { PackedReport, ReportStore, SegmentPosition } from "./store-port.ts";
import type { Context } from "../../cli/context.ts";
import type { Io } from "../../cli/io.ts";
import { startProgress } from "../../cli/progress.ts";
import { parseJournalRecord } from "../intake/parse-report.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** Which site, the time of what is taken in, and where to show how far the work is: a part of the verb's context. */
export type Opening = Pick<Context, "root" | "now" | "io">;

/** Opens it. */
export async function openStore(opening: Opening): Promise<Result<ReportStore>> {
  const folders = reportFolders(opening.root);
  if (!folders.ok) return folders;
  const { database, journal } = folders.value;
  const store = await openReportStore(database);
  if (!store.ok) return store;
  try {
    tellCaughtUp(await catchUp(store.value, journal, opening), opening.io);
    return store;
  } catch (error) {
    await store.value.close();
    return failure(unusable(database, error));
  }
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

/** What came of reading the journal on. */
export interface CaughtUp {
  readonly added: number;
  readonly duplicates: number;
  /** Records that this program does not take for reports, though one before it did. */
  readonly refused: number;
  /** Stretches of the journal that the disk did not keep. */
  readonly damaged: number;
}

/** Characters of the reports that are in memory before they are added. */
const mostCharacters = 32 * 1024 * 1024;

/** Adds to the store what stands in the journal after the store's positions. */
export async function catchUp(
  store: ReportStore,
  journal: string,
  { now, io }: Pick<Opening, "now" | "io">,
): Promise<CaughtUp> {
  const sum = { added: 0, duplicates: 0, refused: 0, damaged: 0 };
  const progress = await startProgress(io);
  let read = 0;
  try {
    for await (const batch of readJournal(journal, await store.positions())) {
      let reports: PackedReport[] = [];
      let characters = 0;
      const add = async (positions: readonly SegmentPosition[]): Promise<void> => {
        const { added, duplicates } = await store.add(reports, positions);
        sum.added += added;
        sum.duplicates += duplicates;
        reports = [];
        characters = 0;
      };
      for (const record of batch.records) {
        const parsed = parseJournalRecord(record, now);
        if (parsed.ok) {
          const packed = packReport(parsed.report, parsed.text);
          reports.push(packed);
          characters += packed.json.length;
        } else sum.refused += 1;
        // Some take no room in the journal, and much when they are read.
        if (characters > mostCharacters) await add([]);
      }
      await add([batch.position]);
      sum.damaged += batch.damaged;
      read += batch.records.length;
      // How much is to come, the journal does not tell.
      progress.show("reading the journal", read, read);
    }
  } finally {
    progress.end();
  }
  return sum;
}

/** Says what was wrong with the journal; nothing is lost silently. */
export function tellCaughtUp({ refused, damaged }: CaughtUp, io: Io): void {
  if (damaged > 0) {
    io.err(
      `the journal of the reports is damaged in ${String(damaged)} place${damaged === 1 ? "" : "s"}: what stood there is lost; check the disk\n`,
    );
  }
  if (refused > 0) {
    io.err(
      `${String(refused)} record${refused === 1 ? "" : "s"} of the journal cannot be read as a report by this version; they stay in the journal\n`,
    );
  }
}
