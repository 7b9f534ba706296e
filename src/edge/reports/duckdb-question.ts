/** Questions about some domains at once, and what is made of the answers. */
import type * as DuckDb from "@duckdb/node-api";
import type { Window } from "../../reports/store-port.ts";

/** A question about some domains in a window: its parameters are $1, $2 and $3. */
export interface Question {
  readonly window: Window;
  readonly names: ReadonlyMap<number, string>;
  readonly connection: DuckDb.DuckDBConnection;
  /** Rows of the answer; the first column is the number of the domain. */
  readonly ask: (sql: string) => Promise<readonly (readonly unknown[])[]>;
}

/** The rows of a table that a {@link Question} is about. */
export const asked =
  "day BETWEEN $1::DATE AND $2::DATE AND domain IN (SELECT unnest($3::INTEGER[]))";

/** Rows of some domains → what is made of the rows of each. */
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
