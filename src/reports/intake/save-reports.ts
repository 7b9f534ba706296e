/** Saves reports: first in the journal, then in the store. */
import { chosenFrames } from "../journal/journal-frame.ts";
import type { JournalWriter } from "../journal/journal.ts";
import type { AddResult, ReportStore } from "../store/port.ts";
import type { ReadyBatch } from "./ready-batch.ts";

/**
 * Saves reports in the journal, and once they are on the disk, in the store together with the position that
 * it has reached in the journal. Known reports that change nothing are saved in neither, so that the same
 * mailbox can be read every day. One call per writer at a time: the position covers everything before it.
 */
export async function saveReports(
  { reports, frames }: ReadyBatch,
  writer: JournalWriter,
  store: ReportStore,
): Promise<AddResult> {
  return store.add(reports, async (changing) => {
    if (changing.length === 0) return [];
    const isAll = changing.length === reports.length;
    return [await writer.appendFrames(isAll ? frames : chosenFrames(frames, changing))];
  });
}
