/** What `reports status` printed last time, and what has changed. */
import type { DomainRow, Health } from "./page-data.ts";

/** What is remembered of a domain: enough to see a change of the verdict, and nothing that changes daily. */
export interface RememberedStatus {
  readonly health: Health;
  readonly trend: string;
}

export interface StatusChange {
  readonly row: DomainRow;
  /** null: the domain is new. */
  readonly before: Health | null;
}

/** What to remember of a row. In good health the trend does not matter. */
export function statusOf({ health, trend }: DomainRow): RememberedStatus {
  return { health, trend: health === "good" || health === "unknown" ? "" : trend };
}

/** The rows whose verdict has changed. A new domain in good health is not a change. */
export function changesSince(
  rows: readonly DomainRow[],
  remembered: ReadonlyMap<string, RememberedStatus>,
): StatusChange[] {
  return rows.flatMap((row): StatusChange[] => {
    const before = remembered.get(row.domain);
    const now = statusOf(row);
    if (before === undefined) return now.health === "good" ? [] : [{ row, before: null }];
    const isSame = before.health === now.health && before.trend === now.trend;
    return isSame ? [] : [{ row, before: before.health }];
  });
}
