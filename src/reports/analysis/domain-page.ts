/** The data of one domain → its page. */
import { daysBetween } from "./days.ts";
import { covered, judgeDomain, type Judging } from "./domain-row.ts";
import { heldPolicies } from "./held-policy.ts";
import type { DomainFacts, LockedFact } from "./locked-facts.ts";
import type { DomainPage, FailureRow, PolicyInstance, ReporterRow } from "./page-data.ts";
import { adviseOn } from "../../tls-rpt/report/result-types.ts";
import type { DomainDetails, DomainSeries, ReporterTotals } from "../store/port.ts";

/** The name of all smaller reporters together. */
const others = "all others";

/** Makes the page. `details` are of the days that are shown. */
export function domainPageOf(
  series: DomainSeries,
  details: DomainDetails,
  judging: Judging,
  facts: DomainFacts,
  now: number,
): DomainPage {
  const { row, kinds } = judgeDomain(series, judging, facts);
  const hidden = judging.days.length - judging.shown;
  const days = judging.days.slice(hidden);
  const today = days.at(-1) ?? "";
  const trends = new Map(kinds.map((kind) => [kind.resultType, kind.trend]));
  return {
    madeAt: now,
    row,
    days,
    byReporter: details.byReporter.map(({ organization, entries, successes, failures }) => ({
      name: organization ?? others,
      successes: covered(successes, entries, 0),
      failures: covered(failures, entries, 0),
    })),
    byResultType: kinds
      .map(({ resultType, trend, counts, since }) => {
        const shown = [...counts.subarray(hidden)];
        return {
          resultType,
          trend,
          total: shown.reduce((sum, count) => sum + count, 0),
          since: judging.days[since] ?? null,
          counts: shown,
        };
      })
      .filter(({ total }) => total > 0)
      .sort((a, b) => b.total - a.total),
    failures: details.failures.map((group): FailureRow => ({
      ...adviseOn(group.resultType, group.reasons),
      ...group,
      trend: trends.get(group.resultType) ?? "normal",
    })),
    reporters: details.reporters.map((one) => reporterRow(one, today)),
    instances: instancesOf(facts),
    held: heldPolicies(details.policies, facts),
  };
}

/** A reporter is silent if it has not reported for longer than ever before; a report may be three days late. */
export function reporterRow(totals: ReporterTotals, today: string): ReporterRow {
  const { longestGapDays, successes, failures, ...rest } = totals;
  const quiet = daysBetween(totals.lastDay, today) - 3;
  return {
    ...rest,
    sessions: successes + failures,
    failures,
    silent: quiet > Math.max(1, longestGapDays),
  };
}

function instancesOf({ current, earlier }: DomainFacts): PolicyInstance[] {
  const of = (
    { id, policy, liveAt, heldUntil }: LockedFact,
    isCurrent: boolean,
  ): PolicyInstance => ({
    id,
    mode: policy.mode,
    liveAt,
    heldUntil,
    current: isCurrent,
  });
  return [
    ...earlier.map((one) => of(one, false)),
    ...(current === null ? [] : [of(current, true)]),
  ];
}
