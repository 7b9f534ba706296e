/** Who reports: on everything, and on some domains. */
import type { ReporterSeries, ReporterTotals, Window } from "../../reports/store-port.ts";
import { asked, byDomain, type Question } from "./duckdb-question.ts";
import type { OpenDatabase } from "./duckdb-open.ts";
import { lengthOf } from "./duckdb-series.ts";

/** Sessions per day of each domain's greatest reporters. */
export async function reporterSeries({
  ask,
  window,
}: Question): Promise<ReadonlyMap<number, readonly ReporterSeries[]>> {
  const rows = await ask(
    `WITH sums AS (
        SELECT domain, organization, (day - $1::DATE)::INTEGER AS nth, count(*) AS entries,
          sum(successes) AS successes, sum(failures) AS failures
        FROM policies WHERE ${asked} GROUP BY domain, organization, day
      ), ranked AS (
        SELECT domain, organization, row_number() OVER (
          PARTITION BY domain ORDER BY sum(successes + failures) DESC, organization) AS rank
        FROM sums GROUP BY domain, organization
      )
      SELECT domain, least(rank, 31) AS place, any_value(CASE WHEN rank <= 30 THEN name END), nth,
        sum(entries)::DOUBLE, sum(sums.successes)::DOUBLE, sum(sums.failures)::DOUBLE
      FROM sums JOIN ranked USING (domain, organization) JOIN organizations ON id = organization
      GROUP BY domain, place, nth ORDER BY domain, place, nth`,
  );
  const length = lengthOf(window);
  return byDomain(rows, (group) => {
    const byPlace = new Map<unknown, ReporterSeries>();
    for (const [place, name, nth, entries, successes, failures] of group) {
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
      const day = Number(nth);
      series.entries[day] = Number(entries);
      series.successes[day] = Number(successes);
      series.failures[day] = Number(failures);
    }
    return [...byPlace.values()];
  });
}

/** @see ReportStore.reporters */
export async function reporterTotals(
  { connection }: OpenDatabase,
  { from, to }: Window,
): Promise<readonly ReporterTotals[]> {
  const sql = totalsSql(
    "organization",
    `SELECT organization, day, count(*) AS reports,
        count(*) FILTER (verdict = 'verified') AS verified
      FROM reports GROUP BY organization, day`,
    "day BETWEEN $1::DATE AND $2::DATE",
    "1000",
  );
  const found = await connection.runAndReadAll(sql, [from, to]);
  return found.getRows().map(totalsOf);
}

/** Each domain's reporters. */
export async function reporterTotalsOf({
  ask,
}: Question): Promise<ReadonlyMap<number, readonly ReporterTotals[]>> {
  const rows = await ask(
    totalsSql(
      "domain, organization",
      `SELECT domain, organization, day, count(DISTINCT report) AS reports,
          count(DISTINCT report) FILTER (verified) AS verified
        FROM policies WHERE domain IN (SELECT unnest($3::INTEGER[]))
        GROUP BY domain, organization, day`,
      asked,
      "200",
    ),
  );
  return byDomain(rows, (group) => group.map(totalsOf));
}

/** `heard`: on which days, of all time, how many reports. */
function totalsSql(keys: string, heard: string, inWindow: string, most: string): string {
  const domain = keys === "organization" ? "" : "domain, ";
  const partition = domain === "" ? "" : "PARTITION BY domain ";
  return `WITH heard AS (${heard}), gaps AS (
      SELECT *, day - lag(day) OVER (PARTITION BY ${keys} ORDER BY day) AS gap FROM heard
    ), totals AS (
      SELECT ${keys}, min(day) AS first, max(day) AS last,
        coalesce(sum(reports) FILTER (day BETWEEN $1::DATE AND $2::DATE), 0) AS reports,
        coalesce(sum(verified) FILTER (day BETWEEN $1::DATE AND $2::DATE), 0) AS verified,
        coalesce(max(gap), 0) AS gap
      FROM gaps GROUP BY ${keys} HAVING max(day) >= $1::DATE AND min(day) <= $2::DATE
    ), counts AS (
      SELECT ${keys}, sum(successes) AS successes, sum(failures) AS failures
      FROM policies WHERE ${inWindow} GROUP BY ${keys}
    )
    SELECT ${domain}name, first::VARCHAR, last::VARCHAR, reports::DOUBLE,
      coalesce(successes, 0)::DOUBLE, coalesce(failures, 0)::DOUBLE, verified::DOUBLE, gap::DOUBLE
    FROM totals JOIN organizations ON id = organization LEFT JOIN counts USING (${keys})
    WINDOW ranking AS (
      ${partition}ORDER BY coalesce(successes, 0) + coalesce(failures, 0) DESC, name)
    QUALIFY row_number() OVER ranking <= ${most}
    ORDER BY ${domain}row_number() OVER ranking`;
}

function totalsOf(row: readonly unknown[]): ReporterTotals {
  const [name, first, last, reports, successes, failures, verified, gap] = row;
  return {
    organization: name as string,
    firstDay: first as string,
    lastDay: last as string,
    reports: Number(reports),
    successes: Number(successes),
    failures: Number(failures),
    verified: Number(verified),
    longestGapDays: Number(gap),
  };
}
