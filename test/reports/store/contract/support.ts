/** What the parts of the contract share. */
import { expect, onTestFinished } from "vitest";
import type { NewReport } from "../../../../src/reports/new-report.ts";
import type {
  AddResult,
  DomainDetails,
  DomainSeries,
  ExportRow,
  ReportStore,
  SegmentPosition,
  Window,
} from "../../../../src/reports/store/port.ts";

/** An empty store for a test. */
export interface FreshStore {
  readonly store: ReportStore;
  /** Closes the store and opens it again, with what it has. */
  readonly reopen: () => Promise<ReportStore>;
  /** Closes the store, whichever is open, and removes it. */
  readonly remove: () => Promise<void>;
}

export type OpenFresh = () => Promise<FreshStore>;

export const november: Window = { from: "2026-11-01", to: "2026-11-30" };

/** Opens a store for the test that runs. */
export async function openForTest(openFresh: OpenFresh): Promise<FreshStore> {
  const fresh = await openFresh();
  onTestFinished(fresh.remove);
  return fresh;
}

/** Opens a store for one run of a property. */
export async function withFresh<T>(
  openFresh: OpenFresh,
  use: (store: ReportStore) => Promise<T>,
): Promise<T> {
  const fresh = await openFresh();
  try {
    return await use(fresh.store);
  } finally {
    await fresh.remove();
  }
}

/** Adds reports that the journal has at these positions. */
export function add(
  store: ReportStore,
  reports: readonly NewReport[],
  positions: readonly SegmentPosition[] = [],
): Promise<AddResult> {
  return store.add(reports, () => positions);
}

/** The reports that would change the store; nothing is added. */
export async function changing(
  store: ReportStore,
  reports: readonly NewReport[],
): Promise<readonly number[]> {
  const asked: (readonly number[])[] = [];
  const full = new Error("the disk of the journal is full");
  const added = store.add(reports, (indexes) => {
    asked.push(indexes);
    throw full;
  });
  await expect(added).rejects.toBe(full);
  expect(asked).toHaveLength(1);
  return asked[0] ?? [];
}

export async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

/** Of November: of every domain, by name, or of one. */
export async function seriesOf(store: ReportStore, domain?: string): Promise<DomainSeries[]> {
  const found = await all(store.series(november, domain === undefined ? undefined : [domain]));
  return found.sort((a, b) => (a.domain < b.domain ? -1 : 1));
}

export async function detailsOf(store: ReportStore, domain: string): Promise<DomainDetails> {
  const details = await store.details(november, [domain, "absent.example"]);
  const found = details.get(domain);
  if (found === undefined) throw new Error(`there are no details of ${domain}`);
  return found;
}

export function exported(store: ReportStore, domain?: string): Promise<ExportRow[]> {
  return all(store.exportRows(null, domain));
}
