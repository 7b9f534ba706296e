/** Who reports on a domain, and under which policies. */
import type {
  PolicyTotals,
  ReporterSeries,
  ReporterTotals,
  Window,
} from "../../reports/store-port.ts";
import type { OpenDatabase } from "./duckdb-open.ts";
import { lengthOf } from "./duckdb-series.ts";

const thisDomain = "domain IN (SELECT id FROM domains WHERE name = $3)";

/** @see ReportStore.seriesByReporter */
export async function reporterSeries(
  { connection }: OpenDatabase,
  window: Window,
  domain: string,
): Promise<readonly ReporterSeries[]> {
  const found = await connection.runAndReadAll(
    `WITH sums AS (
        SELECT organization, (day - $1::DATE)::INTEGER AS nth, count(*) AS entries,
          sum(successes) AS successes, sum(failures) AS failures
        FROM policies WHERE day BETWEEN $1::DATE AND $2::DATE AND ${thisDomain}
        GROUP BY organization, day
      ), ranked AS (
        SELECT organization,
          row_number() OVER (ORDER BY sum(successes + failures) DESC, organization) AS rank
        FROM sums GROUP BY organization
      )
      SELECT least(rank, 31) AS place, any_value(CASE WHEN rank <= 30 THEN name END), nth,
        sum(entries)::DOUBLE, sum(sums.successes)::DOUBLE, sum(sums.failures)::DOUBLE
      FROM sums JOIN ranked USING (organization) JOIN organizations ON id = organization
      GROUP BY place, nth ORDER BY place, nth`,
    [window.from, window.to, domain],
  );
  const length = lengthOf(window);
  const byPlace = new Map<unknown, ReporterSeries>();
  for (const [place, name, at, entries, successes, failures] of found.getRows()) {
    let series = byPlace.get(place);
    if (series === undefined) {
      series = {
        organization: typeof name === "string" ? name : null,
        entries: new Float64Array(length),
        successes: new Float64Array(length),
        failures: new Float64Array(length),
      };
      byPlace.set(place, series);
    }
    const day = Number(at);
    series.entries[day] = Number(entries);
    series.successes[day] = Number(successes);
    series.failures[day] = Number(failures);
  }
  return [...byPlace.values()];
}

/** @see ReportStore.reporters */
export async function reporterTotals(
  { connection }: OpenDatabase,
  window: Window,
  domain: string | undefined,
): Promise<readonly ReporterTotals[]> {
  const inWindow = "day BETWEEN $1::DATE AND $2::DATE";
  // Of one domain a report is heard by its policies; of all, each report once.
  const heard =
    domain === undefined
      ? `SELECT organization, day, count(*) AS reports,
          count(*) FILTER (verdict = 'verified') AS verified
        FROM reports GROUP BY organization, day`
      : `SELECT organization, day, count(DISTINCT report) AS reports,
          count(DISTINCT report) FILTER (verified) AS verified
        FROM policies WHERE ${thisDomain} GROUP BY organization, day`;
  const found = await connection.runAndReadAll(
    `WITH heard AS (${heard}), gaps AS (
        SELECT *, day - lag(day) OVER (PARTITION BY organization ORDER BY day) AS gap FROM heard
      ), totals AS (
        SELECT organization, min(day) AS first, max(day) AS last,
          coalesce(sum(reports) FILTER (${inWindow}), 0) AS reports,
          coalesce(sum(verified) FILTER (${inWindow}), 0) AS verified,
          coalesce(max(gap), 0) AS gap
        FROM gaps GROUP BY organization
        HAVING max(day) >= $1::DATE AND min(day) <= $2::DATE
      ), counts AS (
        SELECT organization, sum(successes) AS successes, sum(failures) AS failures
        FROM policies WHERE ${inWindow} ${domain === undefined ? "" : `AND ${thisDomain}`}
        GROUP BY organization
      )
      SELECT name, first::VARCHAR, last::VARCHAR, reports::DOUBLE,
        coalesce(successes, 0)::DOUBLE, coalesce(failures, 0)::DOUBLE, verified::DOUBLE, gap::DOUBLE
      FROM totals JOIN organizations ON id = organization LEFT JOIN counts USING (organization)
      ORDER BY coalesce(successes, 0) + coalesce(failures, 0) DESC, name LIMIT 1000`,
    [window.from, window.to, ...(domain === undefined ? [] : [domain])],
  );
  return found
    .getRows()
    .map(([name, first, last, reports, successes, failures, verified, gap]) => ({
      organization: name as string,
      firstDay: first as string,
      lastDay: last as string,
      reports: Number(reports),
      successes: Number(successes),
      failures: Number(failures),
      verified: Number(verified),
      longestGapDays: Number(gap),
    }));
}

/** @see ReportStore.policies */
export async function policyTotals(
  { connection }: OpenDatabase,
  window: Window,
  domain: string,
): Promise<readonly PolicyTotals[]> {
  const found = await connection.runAndReadAll(
    `SELECT type, lines, first::VARCHAR, last::VARCHAR, successes, failures FROM (
        SELECT type, policy_text, min(day) AS first, max(day) AS last,
          sum(successes)::DOUBLE AS successes, sum(failures)::DOUBLE AS failures
        FROM policies WHERE day BETWEEN $1::DATE AND $2::DATE AND ${thisDomain}
        GROUP BY type, policy_text
        ORDER BY last DESC, sum(policies.successes + policies.failures) DESC LIMIT 500
      ) JOIN policy_texts ON id = policy_text
      ORDER BY last DESC, successes + failures DESC`,
    [window.from, window.to, domain],
  );
  return found.getRowsJS().map(([type, lines, first, last, successes, failures]) => ({
    type: type as string,
    strings: lines as string[],
    firstDay: first as string,
    lastDay: last as string,
    successes: Number(successes),
    failures: Number(failures),
  }));
}
