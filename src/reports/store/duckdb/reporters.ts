/** Who reports: on everything, and on some domains. */
import { maxListed, type ReporterSeries, type ReporterTotals, type Window } from "../port.ts";
import { byDomain, inWindow, type DomainQuery } from "./domain-query.ts";
import type { OpenDatabase } from "./open.ts";
import { columnsOf, lengthOf } from "./series.ts";
import { textOf } from "./values.ts";

const maxReporters = maxListed.reporterSeries;

const ranked = `ranked AS (
    SELECT domain, organization, name, row_number() OVER (
      PARTITION BY domain ORDER BY sessions DESC, name) AS place
    FROM (
      SELECT domain, organization, sum(successes + failures) AS sessions
      FROM gathered_days WHERE ${inWindow} GROUP BY domain, organization
    ) JOIN organizations ON id = organization
  )`;

/** Sessions per day of each domain's main reporters. */
export async function reporterSeries(
  query: DomainQuery,
): Promise<ReadonlyMap<number, readonly ReporterSeries[]>> {
  const { ask, window } = query;
  const length = lengthOf(window);
  const places = await ask(
    `WITH ${ranked} SELECT domain, organization, least(place, ${String(maxReporters + 1)}), name
      FROM ranked ORDER BY domain, place`,
  );
  const found = new Map<number, ReporterSeries[]>();
  const ofReporter = new Map<number, Map<number, ReporterSeries>>();
  for (const [domain, organization, place, name] of places) {
    const isOther = Number(place) > maxReporters;
    const list = listOf(found, Number(domain));
    if (list.length < Number(place)) {
      list.push({
        organization: isOther ? null : textOf(name),
        entries: new Float64Array(length),
        successes: new Float64Array(length),
        failures: new Float64Array(length),
      });
    }
    if (isOther) continue;
    const own = ofReporter.get(Number(domain)) ?? new Map<number, ReporterSeries>();
    ofReporter.set(Number(domain), own);
    const last = list.at(-1);
    if (last !== undefined) own.set(Number(organization), last);
  }
  await readDays(query, daysSql, (domain, organization) =>
    ofReporter.get(domain)?.get(organization),
  );
  if (places.some(([, , place]) => Number(place) > maxReporters)) {
    await readDays(query, othersSql, (domain) => found.get(domain)?.[maxReporters]);
  }
  return found;
}

const sums = "entries::DOUBLE, successes::DOUBLE, failures::DOUBLE";

const daysSql = `SELECT domain, organization, (day - $1::DATE)::INTEGER, ${sums}
  FROM gathered_days WHERE ${inWindow}`;

const othersSql = `WITH ${ranked} SELECT domain, 0, nth, ${sums} FROM (
    SELECT domain, (day - $1::DATE)::INTEGER AS nth, sum(entries) AS entries,
      sum(successes) AS successes, sum(failures) AS failures
    FROM gathered_days JOIN ranked USING (domain, organization)
    WHERE ${inWindow} AND place > ${String(maxReporters)} GROUP BY domain, nth
  )`;

/** Puts sums into the series of their days. Reads column by column: hundreds of thousands are usual. */
async function readDays(
  { connection, window }: DomainQuery,
  sql: string,
  seriesOf: (domain: number, organization: number) => ReporterSeries | undefined,
): Promise<void> {
  const result = await connection.stream(sql, [window.from, window.to]);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const [domain, organization, nth, ...columns] = columnsOf(chunk, 6);
    const [entries, successes, failures] = columns;
    for (let row = 0; row < chunk.rowCount; row += 1) {
      const series = seriesOf(Number(domain?.getItem(row)), Number(organization?.getItem(row)));
      if (series === undefined) continue;
      const day = Number(nth?.getItem(row));
      series.entries[day] = Number(entries?.getItem(row));
      series.successes[day] = Number(successes?.getItem(row));
      series.failures[day] = Number(failures?.getItem(row));
    }
  }
}

function listOf<T>(lists: Map<number, T[]>, key: number): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
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
    "policies",
    maxListed.reporters,
  );
  const found = await connection.runAndReadAll(sql, [from, to]);
  return found.getRows().map(totalsOf);
}

/** Each domain's reporters. */
export async function reporterTotalsOf({
  ask,
}: DomainQuery): Promise<ReadonlyMap<number, readonly ReporterTotals[]>> {
  const rows = await ask(
    totalsSql(
      "domain, organization",
      "SELECT * FROM gathered_days",
      "gathered_days",
      maxListed.domainReporters,
    ),
  );
  return byDomain(rows, (group) => group.map(totalsOf));
}

/** `heard`: the reports by day, of all time. `counted`: the table of their sessions. */
function totalsSql(keys: string, heard: string, counted: string, max: number): string {
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
      FROM ${counted} WHERE ${inWindow} GROUP BY ${keys}
    )
    SELECT ${domain}name, first::VARCHAR, last::VARCHAR, reports::DOUBLE,
      coalesce(successes, 0)::DOUBLE, coalesce(failures, 0)::DOUBLE, verified::DOUBLE, gap::DOUBLE
    FROM totals JOIN organizations ON id = organization LEFT JOIN counts USING (${keys})
    WINDOW ranking AS (
      ${partition}ORDER BY coalesce(successes, 0) + coalesce(failures, 0) DESC, name)
    QUALIFY row_number() OVER ranking <= ${String(max)}
    ORDER BY ${domain}row_number() OVER ranking`;
}

function totalsOf(row: readonly unknown[]): ReporterTotals {
  const [name, first, last, reports, successes, failures, verified, gap] = row;
  return {
    organization: textOf(name),
    firstDay: textOf(first),
    lastDay: textOf(last),
    reports: Number(reports),
    successes: Number(successes),
    failures: Number(failures),
    verified: Number(verified),
    longestGapDays: Number(gap),
  };
}
