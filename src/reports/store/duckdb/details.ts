/** What only the pages of domains need, for some domains at once. */
import type * as DuckDb from "@duckdb/node-api";
import { maxListed, type DomainDetails, type PolicyTotals, type Window } from "../port.ts";
import { failureTotals } from "./failures.ts";
import type { OpenDatabase } from "./open.ts";
import { reporterSeries, reporterTotalsOf } from "./reporters.ts";
import { byDomain, gather, inWindow, queryOf, type DomainQuery } from "./domain-query.ts";
import { textList, textOf, textsOf } from "./values.ts";

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
    const names = new Map(known.getRows().map(([id, name]) => [Number(id), textOf(name)]));
    if (names.size === 0) return new Map();
    const numbers = [...names.keys()];
    await gather(database, connection, window, numbers);
    const found = await gatheredDetails(database, connection, window, numbers);
    return new Map([...found].map(([id, details]) => [names.get(id) ?? "", details]));
  } finally {
    connection.disconnectSync();
  }
}

/** The details of some of the domains that were gathered, by number; those from the lowest to the highest. */
export async function gatheredDetails(
  database: OpenDatabase,
  connection: DuckDb.DuckDBConnection,
  window: Window,
  domains: readonly number[],
): Promise<ReadonlyMap<number, DomainDetails>> {
  const query = await queryOf(database, connection, window, domains);
  const byReporter = await reporterSeries(query);
  const reporters = await reporterTotalsOf(query);
  const failures = await failureTotals(query);
  const policies = await policyTotals(query);
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

async function policyTotals({
  ask,
  asked,
}: DomainQuery): Promise<ReadonlyMap<number, readonly PolicyTotals[]>> {
  const rows = await ask(
    `SELECT domain, type, lines, first::VARCHAR, last::VARCHAR, successes, failures FROM (
        SELECT domain, type, policy_text, min(day) AS first, max(day) AS last,
          sum(successes)::DOUBLE AS successes, sum(failures)::DOUBLE AS failures
        FROM gathered_policies WHERE ${asked} AND ${inWindow}
        GROUP BY domain, type, policy_text
      ) JOIN policy_texts ON id = policy_text
      WINDOW ranking AS (
        PARTITION BY domain
        ORDER BY last DESC, successes + failures DESC, type, lines, mx_hosts)
      QUALIFY row_number() OVER ranking <= ${String(maxListed.policies)}
      ORDER BY domain, row_number() OVER ranking`,
  );
  return byDomain(rows, (group) =>
    group.map(([type, lines, first, last, successes, failures]) => ({
      type: textOf(type),
      strings: textsOf(lines),
      firstDay: textOf(first),
      lastDay: textOf(last),
      successes: Number(successes),
      failures: Number(failures),
    })),
  );
}
