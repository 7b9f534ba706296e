/** Failures with one cause together: what fails, why, what to do, and where. */
import type { DomainPage, FailureRow, TrendVerdict } from "../analysis/page-data.ts";
import { isActive, trendRank } from "./verdicts.ts";

/** All rows of one result type with the same advice: reasons may tell more than the type. */
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
  const byAdvice = new Map<string, FailureRow[]>();
  for (const row of page.failures) {
    const key = JSON.stringify([row.resultType, row.cause, row.fix]);
    const rows = byAdvice.get(key);
    if (rows === undefined) byAdvice.set(key, [row]);
    else rows.push(row);
  }
  const since = new Map(page.byResultType.map((one) => [one.resultType, one.since]));
  const groups = [...byAdvice.values()].flatMap((rows) => {
    const sorted = rows.sort((a, b) => b.count - a.count);
    const [first] = sorted;
    if (first === undefined) return [];
    const { resultType, cause, fix } = first;
    const trends = sorted.map(({ trend }) => trend).sort((a, b) => trendRank(a) - trendRank(b));
    return {
      resultType,
      cause,
      fix,
      trend: trends[0] ?? "normal",
      count: sorted.reduce((sum, { count }) => sum + count, 0),
      since: since.get(resultType) ?? null,
      rows: sorted,
    };
  });
  return groups.sort((a, b) => trendRank(a.trend) - trendRank(b.trend) || b.count - a.count);
}

/** Those that want a fix. */
export function activeGroups(groups: readonly FailureGroup[]): readonly FailureGroup[] {
  return groups.filter(({ trend }) => isActive(trend));
}
