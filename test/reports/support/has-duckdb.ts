/** Whether DuckDB's native library is installed, which is optional. */
export const hasDuckDb = await import("@duckdb/node-api").then(
  () => true,
  () => false,
);

/** Names what is tested; where it is skipped, with what is missing. */
export function withDuckDb(name: string): string {
  return hasDuckDb ? name : `${name} (missing: @duckdb/node-bindings)`;
}
