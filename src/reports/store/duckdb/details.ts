/** What only the pages of domains need, for some domains at once. */
import type * as DuckDb from "@duckdb/node-api";
import type { DomainDetails, PolicyTotals, Window } from "../store-port.ts";
import { failureGroups } from "./failures.ts";
import type { OpenDatabase } from "./open.ts";
import { reporterSeries, reporterTotalsOf } from "./reporters.ts";
import { byDomain, gather, inWindow, questionOf, type Question } from "./question.ts";
import { textList } from "./text-list.ts";

/** @see ReportStore.details */
export async function domainDetails(
  database: OpenDatabase,
  window: Window,
  domains: readonly string[],
): Promise<ReadonlyMap<string, DomainDetails>> {
  const connection = await database.instance.connect();
  try {
    const [list, type] = textList(database, domains);
    const known = await connection.runAndReadAll(
      "SELECT id, name FROM domains WHERE name IN (SELECT unnest($1))",
      [list],
      [type],
    );
    const names = new Map(known.getRows() as unknown as [number, string][]);
    if (names.size === 0) return new Map();
    const numbers = [...names.keys()];
    await gather(database, connection, window, numbers);
    const found = await gatheredDetails(database, connection, window, numbers);
    return new Map([...names].map(([id, name]) => [name, found.get(id) ?? noDetails]));
  } finally {
    connection.disconnectSync();
  }
}

/** The details of some of the domains that were gathered, by number; those between the least and the greatest. */
export async function gatheredDetails(
  database: OpenDatabase,
  connection: DuckDb.DuckDBConnection,
  window: Window,
  domains: readonly number[],
): Promise<ReadonlyMap<number, DomainDetails>> {
  const question = await questionOf(database, connection, window, domains);
  const byReporter = await reporterSeries(question);
  const reporters = await reporterTotalsOf(question);
  const failures = await failureGroups(question);
  const policies = await policyTotals(question);
  return new Map(
    domains.map((id) => [
      id,
      {
        byReporter: byReporter.get(id) ?? [],
        reporters: reporters.get(id) ?? [],
        failures: failures.get(id) ?? [],
        policies: policies.get(id) ?? [],
      },
    ]),
  );
}

/** Of a domain that nobody reported on. */
export const noDetails: DomainDetails = {
  byReporter: [],
  reporters: [],
  failures: [],
  policies: [],
};

async function policyTotals({
  ask,
  asked,
}: Question): Promise<ReadonlyMap<number, readonly PolicyTotals[]>> {
  const rows = await ask(
    `SELECT domain, type, lines, first::VARCHAR, last::VARCHAR, successes, failures FROM (
        SELECT domain, type, policy_text, min(day) AS first, max(day) AS last,
          sum(successes)::DOUBLE AS successes, sum(failures)::DOUBLE AS failures
        FROM gathered_policies WHERE ${asked} AND ${inWindow}
        GROUP BY domain, type, policy_text
      ) JOIN policy_texts ON id = policy_text
      WINDOW ranking AS (PARTITION BY domain ORDER BY last DESC, successes + failures DESC, id)
      QUALIFY row_number() OVER ranking <= 200
      ORDER BY domain, row_number() OVER ranking`,
  );
  return byDomain(rows, (group) =>
    group.map(([type, lines, first, last, successes, failures]) => ({
      type: type as string,
      strings: lines as string[],
      firstDay: first as string,
      lastDay: last as string,
      successes: Number(successes),
      failures: Number(failures),
    })),
  );
}
