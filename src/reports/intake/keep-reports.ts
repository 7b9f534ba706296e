/** Reports that were read → journal, then store. */
import { chosenFrames } from "../journal/journal-frame.ts";
import type { JournalWriter } from "../journal/journal.ts";
import type { AddResult, ReportStore } from "../store/port.ts";
import type { ReadyBatch } from "./ready-batch.ts";

/**
 * Keeps reports: first in the journal, and when that is on the disk in the store, which then knows how far
 * it has the journal. What is known and would change nothing goes into neither, so that the same mailbox can
 * be taken in every day. For one caller of a writer at a time: the position covers what was appended before.
 */
export async function keepReports(
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
