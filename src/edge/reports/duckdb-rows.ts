/** Rows → tables, in DuckDB's own chunks: what is bound one by one takes many times as long. */
import type * as DuckDb from "@duckdb/node-api";
import type { OpenDatabase } from "./duckdb-open.ts";

type Column = "int" | "big" | "text" | "texts" | "day" | "time" | "flag" | "uuid";

/** A value of each kind of column: days are counted from 1970, times are Unix seconds, a uuid 32 hexadecimal digits. */
export type Cell = number | string | boolean | null | readonly string[];

/** The columns of the tables that `add` writes, in order. */
const tables = {
  domains: ["int", "text"],
  organizations: ["int", "text"],
  policy_texts: ["int", "uuid", "texts", "texts"],
  reports: [
    ...(["int", "uuid", "day", "int", "text", "text", "time", "time"] as const),
    ...(["text", "time", "text", "text", "text", "text", "texts"] as const),
  ],
  policies: ["big", "int", "day", "int", "int", "flag", "text", "int", "big", "big"],
  failures: [
    ...(["big", "int", "day", "int", "int", "flag", "text"] as const),
    ...(["text", "text", "text", "text", "big", "text", "text"] as const),
  ],
  segments: ["text", "big"],
  stale_days: ["day"],
} as const satisfies Readonly<Record<string, readonly Column[]>>;

export type TableName = keyof typeof tables;

/** The most rows that a chunk holds. */
const chunkRows = 2048;

/** Appends rows, within the transaction that is open. */
export async function appendRows(
  { module, connection }: OpenDatabase,
  table: TableName,
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns: readonly Column[] = tables[table];
  const types = columns.map((column) => typeOf(module, column));
  const appender = await connection.createAppender(table);
  try {
    for (let at = 0; at < rows.length; at += chunkRows) {
      const some = rows.slice(at, at + chunkRows);
      const chunk = module.DuckDBDataChunk.create(types, some.length);
      columns.forEach((column, index) => {
        const values = some.map((row) => valueOf(module, column, row[index] ?? null));
        chunk.setColumnValues(index, values);
      });
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

function typeOf(module: DuckDbModuleTypes, column: Column): DuckDb.DuckDBType {
  switch (column) {
    case "int":
      return module.INTEGER;
    case "big":
      return module.BIGINT;
    case "text":
      return module.VARCHAR;
    case "texts":
      return module.LIST(module.VARCHAR);
    case "day":
      return module.DATE;
    case "time":
      return module.TIMESTAMP;
    case "flag":
      return module.BOOLEAN;
    case "uuid":
      return module.UUID;
  }
}

type DuckDbModuleTypes = OpenDatabase["module"];

function valueOf(module: DuckDbModuleTypes, column: Column, cell: Cell): DuckDb.DuckDBValue {
  if (cell === null) return null;
  switch (column) {
    case "big":
      return BigInt(cell as number);
    case "texts":
      return module.listValue(cell as readonly string[]);
    case "day":
      return new module.DuckDBDateValue(cell as number);
    case "time":
      return new module.DuckDBTimestampValue(BigInt(cell as number) * 1_000_000n);
    case "uuid":
      return module.DuckDBUUIDValue.fromUint128(BigInt(`0x${cell as string}`));
    default:
      return cell as number | string | boolean;
  }
}

/** A list of texts as one parameter. */
export function textList(
  { module }: OpenDatabase,
  values: readonly (string | null)[],
): readonly [DuckDb.DuckDBValue, DuckDb.DuckDBType] {
  return [module.listValue([...values]), module.LIST(module.VARCHAR)];
}
