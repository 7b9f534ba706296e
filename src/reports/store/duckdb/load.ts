/** Loads DuckDB: its JavaScript is bundled, its native library may not be installed. */
import type * as DuckDb from "@duckdb/node-api";

/** The package, as it is at run time. */
export type DuckDbModule = typeof DuckDb;

/** Loads it. @throws what Node throws where the native library is missing or does not fit */
export async function importDuckDb(): Promise<DuckDbModule> {
  // CommonJS: the default is the module, bundled or not.
  return (await import("@duckdb/node-api")).default as unknown as DuckDbModule;
}
