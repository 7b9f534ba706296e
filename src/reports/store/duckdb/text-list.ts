/** A list of texts as one parameter. */
import type * as DuckDb from "@duckdb/node-api";
import type { OpenDatabase } from "./open.ts";

/** Gives the value and its type. */
export function textList(
  { module }: OpenDatabase,
  values: readonly (string | null)[],
): readonly [DuckDb.DuckDBValue, DuckDb.DuckDBType] {
  return [module.listValue([...values]), module.LIST(module.VARCHAR)];
}
