/** Reports that were read → journal, then store. */
import { chosenFrames } from "../journal/journal-frame.ts";
import type { JournalWriter } from "../journal/journal.ts";
import type { AddResult, ReportStore } from "../store/store-port.ts";
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
  if (reports.length === 0) return { added: 0, duplicates: 0 };
  const known = await store.known(reports);
  const fresh = [...reports.keys()].filter((index) => known[index] !== true);
  if (fresh.length === 0) return { added: 0, duplicates: reports.length };
  const position = await writer.appendFrames(
    fresh.length === reports.length ? frames : chosenFrames(frames, fresh),
  );
  // It tells itself what it has already.
  return store.add(reports, [position]);
}
