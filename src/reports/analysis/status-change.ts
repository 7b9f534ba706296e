/** What `reports status` told last time, and what is different now. */
import type { DomainRow, Health } from "./page-data.ts";

/** What is remembered of a domain: enough to see a change of verdict, and nothing that changes daily. */
export interface ToldStatus {
  readonly health: Health;
  readonly trend: string;
}

export interface StatusChange {
  readonly row: DomainRow;
  /** null: nothing was told of the domain yet. */
  readonly before: Health | null;
}

/** What a row is remembered as. In good health it makes no difference whether a few sessions failed. */
export function toldOf({ health, trend }: DomainRow): ToldStatus {
  return { health, trend: health === "good" || health === "unknown" ? "" : trend };
}

/** The rows whose verdict is another one than was told; what is good and was never told is no news. */
export function changesSince(
  rows: readonly DomainRow[],
  told: ReadonlyMap<string, ToldStatus>,
): StatusChange[] {
  return rows.flatMap((row): StatusChange[] => {
    const before = told.get(row.domain);
    const now = toldOf(row);
    if (before === undefined) return now.health === "good" ? [] : [{ row, before: null }];
    const isSame = before.health === now.health && before.trend === now.trend;
    return isSame ? [] : [{ row, before: before.health }];
  });
}
