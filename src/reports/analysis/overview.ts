/** Judged domains → the overview. */
import { compareText } from "../../diagnostics/diagnostic.ts";
import { compareHealth } from "./health.ts";
import type { DomainRow, Overview, ReporterRow } from "./page-data.ts";
import { rateOf } from "./wilson.ts";

/** Makes the overview. */
export function overviewOf(made: {
  readonly now: number;
  readonly from: string;
  readonly to: string;
  readonly rows: readonly DomainRow[];
  readonly strangers: readonly DomainRow[];
  readonly strangerCount: number;
  readonly reporters: readonly ReporterRow[];
  readonly quarantined: number;
}): Overview {
  const { now, from, to, rows, reporters, strangerCount, quarantined } = made;
  const sessions = rows.reduce((sum, row) => sum + row.whole.sessions, 0);
  const failures = rows.reduce((sum, row) => sum + row.whole.failures, 0);
  return {
    madeAt: now,
    from,
    to,
    domains: rows.toSorted(compareRows),
    strangers: made.strangers.toSorted(compareRows),
    strangerCount,
    reporters,
    totals: rateOf(sessions, failures),
    quarantined,
  };
}

/** Most troubled first; of the same health the one with more failures lately. */
function compareRows(a: DomainRow, b: DomainRow): number {
  return (
    compareHealth(a.health, b.health) ||
    b.recent.failures - a.recent.failures ||
    b.whole.failures - a.whole.failures ||
    compareText(a.domain, b.domain)
  );
}
