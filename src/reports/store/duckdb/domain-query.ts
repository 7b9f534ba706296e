/** Queries about some domains at once, and what is made of the rows. */
import type * as DuckDb from "@duckdb/node-api";
import type { Window } from "../port.ts";
import type { OpenDatabase } from "./open.ts";

/**
 * A query about some domains in a window, whose days are the parameters $1 and $2. Its tables are the
 * connection's own: `gathered_policies` of all time, `gathered_failures` of the window, and `gathered_days`,
 * the sums of these domains' policies by reporter and day, of all time.
 */
export interface DomainQuery {
  readonly window: Window;
  readonly connection: DuckDb.DuckDBConnection;
  /** Which rows of `gathered_policies` and `gathered_failures` are asked for; others may be there. */
  readonly asked: string;
  /** Runs SQL whose first column is the number of the domain; gives the rows. */
  readonly ask: (sql: string) => Promise<readonly (readonly unknown[])[]>;
}

/** The days of the window, whose parameters every query has. */
export const inWindow = "day BETWEEN $1::DATE AND $2::DATE";

/** Copies the rows of some domains into tables of their own, so that queries about them read no others. */
export async function gather(
  { module }: OpenDatabase,
  connection: DuckDb.DuckDBConnection,
  { from, to }: Window,
  domains: readonly number[],
): Promise<void> {
  const { first, last } = endsOf(domains);
  // A range is quick to filter by; where other domains lie between, theirs are many, perhaps.
  const isRange = last - first + 1 === domains.length;
  const these = isRange
    ? `domain BETWEEN ${String(first)} AND ${String(last)}`
    : "domain IN (SELECT unnest($1::INTEGER[]))";
  const list = isRange ? [] : [module.listValue([...domains])];
  const listType = isRange ? [] : [module.LIST(module.INTEGER)];
  // The last ones first make room.
  await connection.run("DROP TABLE IF EXISTS gathered_policies");
  await connection.run("DROP TABLE IF EXISTS gathered_failures");
  await connection.run(
    `CREATE TEMP TABLE gathered_policies AS
      SELECT domain, day, organization, report, verified, type, policy_text, successes, failures
      FROM policies WHERE ${these} ORDER BY domain`,
    list,
    listType,
  );
  const place = list.length;
  await connection.run(
    `CREATE TEMP TABLE gathered_failures AS
      SELECT domain, day, organization, result_type, sending_ip, receiving_mx, receiving_ip, failed,
        information, reason
      FROM failures WHERE ${these}
        AND day BETWEEN $${String(place + 1)}::DATE AND $${String(place + 2)}::DATE
      ORDER BY domain`,
    [...list, from, to],
    [...listType, module.VARCHAR, module.VARCHAR],
  );
}

/** A query about some of the domains that were gathered: those from the lowest to the highest number. */
export async function queryOf(
  { module }: OpenDatabase,
  connection: DuckDb.DuckDBConnection,
  window: Window,
  domains: readonly number[],
): Promise<DomainQuery> {
  const { first, last } = endsOf(domains);
  const asked = `domain BETWEEN ${String(first)} AND ${String(last)}`;
  await addUp(connection, asked);
  const values = [window.from, window.to];
  const types = [module.VARCHAR, module.VARCHAR];
  return {
    window,
    connection,
    asked,
    ask: async (sql) => (await connection.runAndReadAll(sql, values, types)).getRowsJS(),
  };
}

/** Different reports are counted, which takes long, only where a day has several policies. */
async function addUp(connection: DuckDb.DuckDBConnection, asked: string): Promise<void> {
  await connection.run("DROP TABLE IF EXISTS gathered_days");
  await connection.run(
    `CREATE TEMP TABLE gathered_days AS
      SELECT domain, organization, day, count(*) AS entries, sum(successes) AS successes,
        sum(failures) AS failures, 1::BIGINT AS reports, bool_or(verified)::BIGINT AS verified
      FROM gathered_policies WHERE ${asked} GROUP BY domain, organization, day`,
  );
  const several = await connection.runAndReadAll(
    "SELECT 1 FROM gathered_days WHERE entries > 1 LIMIT 1",
  );
  if (several.currentRowCount === 0) return;
  await connection.run(
    `UPDATE gathered_days SET reports = s.reports, verified = s.verified FROM (
        SELECT domain, organization, day, count(DISTINCT report) AS reports,
          count(DISTINCT report) FILTER (verified) AS verified
        FROM gathered_policies
          SEMI JOIN (SELECT * FROM gathered_days WHERE entries > 1) USING (domain, organization, day)
        WHERE ${asked} GROUP BY domain, organization, day
      ) s
      WHERE gathered_days.domain = s.domain AND gathered_days.organization = s.organization
        AND gathered_days.day = s.day`,
  );
}

function endsOf(domains: readonly number[]): { readonly first: number; readonly last: number } {
  return {
    first: domains.reduce((a, b) => Math.min(a, b), Infinity),
    last: domains.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}

/** Groups rows by the domain in their first column, and makes something of each group. */
export function byDomain<T>(
  rows: readonly (readonly unknown[])[],
  make: (rows: readonly (readonly unknown[])[]) => T,
): ReadonlyMap<number, T> {
  const groups = new Map<number, unknown[][]>();
  for (const [domain, ...rest] of rows) {
    const group = groups.get(Number(domain));
    if (group === undefined) groups.set(Number(domain), [rest]);
    else group.push(rest);
  }
  return new Map([...groups].map(([domain, group]) => [domain, make(group)]));
}
