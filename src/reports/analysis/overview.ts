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
  readonly undeclared: readonly DomainRow[];
  readonly undeclaredCount: number;
  readonly reporters: readonly ReporterRow[];
  readonly quarantined: number;
}): Overview {
  const { now, from, to, rows, reporters, undeclaredCount, quarantined } = made;
  const sessions = rows.reduce((sum, row) => sum + row.whole.sessions, 0);
  const failures = rows.reduce((sum, row) => sum + row.whole.failures, 0);
  return {
    madeAt: now,
    from,
    to,
    domains: rows.toSorted(compareRows),
    undeclared: made.undeclared.toSorted(compareRows),
    undeclaredCount,
    reporters,
    totals: rateOf(sessions, failures),
    quarantined,
  };
}

/** Worst health first, then most recent failures. */
function compareRows(a: DomainRow, b: DomainRow): number {
  return (
    compareHealth(a.health, b.health) ||
    b.recent.failures - a.recent.failures ||
    b.whole.failures - a.whole.failures ||
    compareText(a.domain, b.domain)
  );
}
