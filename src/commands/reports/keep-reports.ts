/** Reports that were read → journal, then store. */
import type { JournalWriter } from "../../edge/reports/journal.ts";
import type { AddResult, ReportStore } from "../../reports/store-port.ts";
import type { ReadyReport } from "./take-in.ts";

/**
 * Keeps reports: first in the journal, and when that is on the disk in the store, which then knows how far
 * it has the journal. What is known and would change nothing goes into neither, so that the same mailbox can
 * be taken in every day. For one caller of a writer at a time: the position covers what was appended before.
 */
export async function keepReports(
  ready: readonly ReadyReport[],
  writer: JournalWriter,
  store: ReportStore,
): Promise<AddResult> {
  if (ready.length === 0) return { added: 0, duplicates: 0 };
  const known = await store.known(ready.map(({ report }) => report.key));
  const fresh = ready.filter(({ report }) => {
    const isVerified = known.get(report.key);
    return isVerified === undefined || (!isVerified && verifies(report));
  });
  const dropped = ready.length - fresh.length;
  if (fresh.length === 0) return { added: 0, duplicates: dropped };
  const position = await writer.append(fresh.map(({ record }) => record));
  const { added, duplicates } = await store.add(
    fresh.map(({ report }) => report),
    [position],
  );
  return { added, duplicates: duplicates + dropped };
}

function verifies({ arrival }: ReadyReport["report"]): boolean {
  return arrival.verification.verdict === "verified";
}
