/** Failures of one kind together: what fails, why, what to do, and where. */
import type { DomainPage, FailureRow, TrendVerdict } from "../../reports/page-data.ts";
import { isActive, trendRank } from "./verdicts.ts";

/** All rows of one result type. */
export interface FailureGroup {
  readonly resultType: string;
  readonly cause: string;
  readonly fix: string;
  readonly trend: TrendVerdict;
  readonly count: number;
  /** First day of the present run of failures. */
  readonly since: string | null;
  /** Most failures first. */
  readonly rows: readonly FailureRow[];
}

/** Groups a page's failures; first what goes on, and of that what is worst. */
export function failureGroups(page: DomainPage): readonly FailureGroup[] {
  const byType = new Map<string, FailureRow[]>();
  for (const row of page.failures) {
    const rows = byType.get(row.resultType);
    if (rows === undefined) byType.set(row.resultType, [row]);
    else rows.push(row);
  }
  const series = new Map(page.byResultType.map((one) => [one.resultType, one]));
  const groups = [...byType.values()].flatMap((rows) => {
    const sorted = rows.sort((a, b) => b.count - a.count);
    const [first] = sorted;
    if (first === undefined) return [];
    const { resultType, cause, fix } = first;
    const known = series.get(resultType);
    const trends = sorted.map(({ trend }) => trend).sort((a, b) => trendRank(a) - trendRank(b));
    return {
      resultType,
      cause,
      fix,
      trend: known?.trend ?? trends[0] ?? "normal",
      count: known?.total ?? sorted.reduce((sum, { count }) => sum + count, 0),
      since: known?.since ?? null,
      rows: sorted,
    };
  });
  return groups.sort((a, b) => trendRank(a.trend) - trendRank(b.trend) || b.count - a.count);
}

/** Those that want a fix. */
export function activeGroups(groups: readonly FailureGroup[]): readonly FailureGroup[] {
  return groups.filter(({ trend }) => isActive(trend));
}
