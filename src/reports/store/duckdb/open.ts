/** Opens a file with DuckDB, which may not be installed. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type * as DuckDb from "@duckdb/node-api";
import { diagnostic, type Diagnostic } from "../../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../../diagnostics/result.ts";
import { importDuckDb, type DuckDbModule } from "./load.ts";
import { schema, schemaVersion } from "./schema.ts";
import { codeOf, describe } from "../../../runtime/system-error.ts";
import { ownPid } from "../../../runtime/this-process.ts";

export interface OpenDatabase {
  readonly module: DuckDbModule;
  readonly instance: DuckDb.DuckDBInstance;
  readonly connection: DuckDb.DuckDBConnection;
}

/** Another verb holds the file for moments only. */
const patienceMs = 10_000;

/** The memory that DuckDB takes for its work; what needs more goes to disk. */
export const memoryLimit = "256MB";

/** What is asked of it is known in advance: no extension, no other file, no network, and little memory. */
const settings = {
  threads: "2",
  memory_limit: memoryLimit,
  // Groups by two numbers, such as a domain and a reporter, in an array of so many bits.
  perfect_ht_threshold: "18",
  enable_external_access: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
};

/**
 * Opens the database, which is made where it is missing. Waits for a while where another process has it.
 * @throws what nobody expected
 */
export async function openDatabase(
  file: string,
  patience = patienceMs,
): Promise<Result<OpenDatabase>> {
  const loaded = await loadDuckDb();
  if (!loaded.ok) return loaded;
  const module = loaded.value;
  try {
    if (!fs.existsSync(file)) await makeDatabase(module, file);
  } catch (error) {
    return failure(unusable(file, error));
  }
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      const instance = await module.DuckDBInstance.create(file, settings);
      return await checked({ module, instance, connection: await instance.connect() }, file);
    } catch (error) {
      const found = unusable(file, error);
      if (found.code !== "reports/store-busy" || Date.now() >= deadline) return failure(found);
    }
    await sleep(100);
  }
}

/** Closes it; what was written is in the one file afterwards. */
export function closeDatabase({ connection, instance }: OpenDatabase): void {
  connection.disconnectSync();
  instance.closeSync();
}

async function loadDuckDb(): Promise<Result<DuckDbModule>> {
  try {
    return success(await importDuckDb());
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return failure(diagnostic("reports/no-duckdb", { detail }));
  }
}

/** Killed at any moment, there is no file or a whole one; of two that make it at once one wins. */
async function makeDatabase(module: DuckDbModule, file: string): Promise<void> {
  const making = `${file}.making`;
  const temp = `${making}-${String(ownPid)}`;
  const folder = path.dirname(file);
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(`${path.basename(making)}-`)) continue;
    // One that is being made now is made in a moment; an old one is of a process that was killed.
    const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > 60_000)
      fs.rmSync(path.join(folder, name));
  }
  fs.rmSync(temp, { force: true });
  try {
    const instance = await module.DuckDBInstance.create(temp, settings);
    const connection = await instance.connect();
    await connection.run("BEGIN");
    for (const statement of schema) await connection.run(statement);
    await connection.run("COMMIT");
    closeDatabase({ module, instance, connection });
    fs.chmodSync(temp, 0o600);
    // What belongs to a database that is gone must not be taken for this one's.
    fs.rmSync(`${file}.wal`, { force: true });
    fs.linkSync(temp, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    for (const one of [temp, `${temp}.wal`]) fs.rmSync(one, { force: true });
  }
}

async function checked(open: OpenDatabase, file: string): Promise<Result<OpenDatabase>> {
  let found = "unknown";
  try {
    const rows = await open.connection.runAndReadAll("SELECT version FROM stspress");
    found = String(rows.getRows()[0]?.[0] ?? "unknown");
  } catch {
    // A database of somebody else has no such table.
  }
  if (found === String(schemaVersion)) return success(open);
  closeDatabase(open);
  return failure(diagnostic("reports/store-version", { path: path.basename(file), found }));
}

/** Says why a database cannot be used, from what DuckDB says. @throws the error itself where it is none of these */
export function unusable(file: string, error: unknown): Diagnostic {
  const where = { path: path.basename(file) };
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("Could not set lock")) {
    const pid = /\(PID (\d+)\)/.exec(message)?.[1];
    return diagnostic("reports/store-busy", {
      ...where,
      pid: pid === undefined ? null : Number(pid),
    });
  }
  const detail = (message.split("\n")[0] ?? "").replace(/^\w+ Error: /, "");
  if (/not a valid DuckDB|orrupt|checksum|not read enough|version number/.test(message)) {
    return diagnostic("reports/store-damaged", { ...where, detail });
  }
  if (codeOf(error) !== "") {
    return diagnostic("reports/store-unusable", { ...where, detail: describe(error) });
  }
  if (/^(IO|Serialization|INTERNAL|FATAL|Out of Memory) Error/.test(message)) {
    return diagnostic("reports/store-unusable", { ...where, detail });
  }
  throw error;
}
