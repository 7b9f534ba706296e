/** What a site has of reports: in its journal, and in its store once that has caught up. */
import path from "node:path";
import zlib from "node:zlib";
import { readJournal } from "../../../src/reports/journal/read-journal.ts";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import { parseJournalRecord } from "../../../src/reports/intake/parse-report.ts";
import type { Verification } from "../../../src/mail/dkim/verification.ts";

export interface KeptReport {
  readonly id: string;
  readonly verification: Verification;
}

/** Every record of the journal, the same report as often as it is there. */
export async function journalOf(site: string): Promise<KeptReport[]> {
  const kept: KeptReport[] = [];
  const folder = path.join(site, ".stspress/reports/journal");
  for await (const { records, damaged } of readJournal(folder, [])) {
    if (damaged > 0) throw new Error("the journal is damaged");
    for (const { arrival, gzip } of records) {
      const { "report-id": id } = JSON.parse(zlib.gunzipSync(gzip).toString("utf8")) as {
        readonly "report-id": string;
      };
      kept.push({ id, verification: arrival.verification });
    }
  }
  return kept;
}

/** How many reports the store has, once it has read the journal on. */
export async function countInStore(site: string): Promise<number> {
  const folder = path.join(site, ".stspress/reports");
  const opened = await openReportStore(path.join(folder, "reports.duckdb"));
  if (!opened.ok) throw new Error(opened.problems[0]?.code);
  const store = opened.value;
  try {
    const now = Math.floor(Date.now() / 1000);
    for await (const batch of readJournal(path.join(folder, "journal"), await store.positions())) {
      const reports = batch.records.map((record) => {
        const parsed = parseJournalRecord(record, now);
        if (!parsed.ok) throw new Error(parsed.reason);
        return parsed.report;
      });
      await store.add(reports, () => [batch.position]);
    }
    const senders = await store.senders();
    return senders.reduce((sum, { reports }) => sum + reports, 0);
  } finally {
    await store.close();
  }
}
