/** Rows → tables, in DuckDB's own chunks: what is bound one by one takes many times as long. */
import type * as DuckDb from "@duckdb/node-api";
import type { DuckDbModule } from "./duckdb-load.ts";
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
  const converters = columns.map((column) => converterOf(module, column));
  const appender = await connection.createAppender(table);
  try {
    for (let at = 0; at < rows.length; at += chunkRows) {
      const count = Math.min(chunkRows, rows.length - at);
      const chunk = module.DuckDBDataChunk.create(types, count);
      converters.forEach((convert, index) => {
        const vector = chunk.getColumnVector(index);
        for (let row = 0; row < count; row += 1) {
          const cell = rows[at + row]?.[index] ?? null;
          vector.setItem(row, cell === null ? null : convert(cell));
        }
        vector.flush();
      });
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

/** What DuckDB is given; it converts a DOUBLE to BIGINT and a text to UUID faster than we make values of them. */
function typeOf(module: DuckDbModule, column: Column): DuckDb.DuckDBType {
  switch (column) {
    case "int":
      return module.INTEGER;
    case "big":
      return module.DOUBLE;
    case "text":
    case "uuid":
      return module.VARCHAR;
    case "texts":
      return module.LIST(module.VARCHAR);
    case "day":
      return module.DATE;
    case "time":
      return module.TIMESTAMP;
    case "flag":
      return module.BOOLEAN;
  }
}

type Present = Exclude<Cell, null>;

function converterOf(module: DuckDbModule, column: Column): (cell: Present) => DuckDb.DuckDBValue {
  switch (column) {
    case "texts":
      return (cell) => module.listValue(cell as readonly string[]);
    case "day":
      return onceEach((days) => new module.DuckDBDateValue(days as number));
    case "time":
      return onceEach(
        (seconds) => new module.DuckDBTimestampValue(BigInt(seconds as number) * 1_000_000n),
      );
    default:
      return (cell) => cell as number | string | boolean;
  }
}

/** Reports are of a few days, and most begin and end with them. */
function onceEach(
  make: (cell: Present) => DuckDb.DuckDBValue,
): (cell: Present) => DuckDb.DuckDBValue {
  const made = new Map<Present, DuckDb.DuckDBValue>();
  return (cell) => {
    let value = made.get(cell);
    if (value === undefined) {
      value = make(cell);
      made.set(cell, value);
    }
    return value;
  };
}

/** A list of texts as one parameter. */
export function textList(
  { module }: OpenDatabase,
  values: readonly (string | null)[],
): readonly [DuckDb.DuckDBValue, DuckDb.DuckDBType] {
  return [module.listValue([...values]), module.LIST(module.VARCHAR)];
}
