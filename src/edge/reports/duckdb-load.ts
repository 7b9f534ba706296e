/** Loads DuckDB's package, which may not be installed. */
import { createRequire } from "node:module";
import type * as DuckDb from "@duckdb/node-api";

/** The package, as it is at run time. */
export type DuckDbModule = typeof DuckDb;

/**
 * Loads it. It is CommonJS in a hundred files: required, it is there in half the time that an import
 * takes, which reads all of them twice. @throws what Node throws where it is missing or does not fit
 */
export function requireDuckDb(): DuckDbModule {
  return createRequire(import.meta.url)("@duckdb/node-api") as DuckDbModule;
}
