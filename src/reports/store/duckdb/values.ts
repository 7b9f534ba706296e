/** Values on their way into DuckDB and out of it. */
import type * as DuckDb from "@duckdb/node-api";
import type { OpenDatabase } from "./open.ts";

/** A list of texts as one parameter: the value and its type. */
export function textList(
  { module }: OpenDatabase,
  values: readonly (string | null)[],
): readonly [DuckDb.DuckDBValue, DuckDb.DuckDBType] {
  return [module.listValue([...values]), module.LIST(module.VARCHAR)];
}

/** A text of a column that is never NULL. */
export function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`no text: ${String(value)}`);
  return value;
}

/** A text of a column that may be NULL. */
export function optionalText(value: unknown): string | null {
  return value === null || value === undefined ? null : textOf(value);
}

/** A list of texts, as `getRowsJS` gives it. */
export function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) throw new TypeError(`no list: ${String(value)}`);
  return value.map(textOf);
}
