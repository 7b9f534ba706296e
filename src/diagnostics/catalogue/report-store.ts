import { entry } from "./entry.ts";

/** What keeps reports from being taken in, and their store from being used. The journal holds everything, so nothing is lost. */
export const reportStoreCodes = {
  "reports/no-duckdb": entry<{ detail: string }>({
    severity: "error",
    message: (a) =>
      `DuckDB, the database of the reports, cannot be loaded: ${a.detail.slice(0, 200)}`,
    fix: () =>
      "install stspress with its optional packages (npm install --include=optional), which include @duckdb/node-bindings; it exists for Linux, macOS and Windows on x64 and arm64",
  }),
  "reports/store-busy": entry<{ path: string; pid: number | null }>({
    severity: "error",
    message: (a) =>
      `${a.path} is in use by ${a.pid === null ? "another process" : `process ${String(a.pid)}`}`,
    fix: () =>
      "wait until it ends, then run the command again; if you query the file yourself, open it read-only and close it",
  }),
  "reports/store-damaged": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} is damaged: ${a.detail.slice(0, 200)}`,
    fix: () => "run `stspress reports rebuild`: it recreates the store from the journal",
  }),
  "reports/store-version": entry<{ path: string; found: string }>({
    severity: "error",
    message: (a) => `${a.path} was written by another version of stspress (${a.found})`,
    fix: () => "run `stspress reports rebuild`: it recreates the store from the journal",
  }),
  "reports/store-unusable": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} cannot be used: ${a.detail.slice(0, 200)}`,
    fix: () =>
      "free some space or fix the permissions, and run the command again: the reports are safe in the journal",
  }),
  "reports/none": entry<Record<string, never>>({
    severity: "note",
    message: () => "there are no reports yet",
    fix: () =>
      "run `stspress reports add PATH`, `stspress reports fetch` or `stspress reports serve`",
  }),
  "reports/cannot-listen": entry<{ address: string; port: number; detail: string }>({
    severity: "error",
    message: (a) =>
      `reports cannot be received at ${a.address} port ${String(a.port)}: ${a.detail.slice(0, 200)}`,
    fix: () => "stop the program that listens there, or choose another address with --listen",
  }),
  "reports/mailbox": entry<{ host: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.host}: ${a.detail.slice(0, 500)}`,
    fix: () =>
      "check --host, --port, --user and the password; reports that were fetched so far are kept, and the next run continues from there",
  }),
  "reports/no-password": entry<{ variable: string }>({
    severity: "error",
    message: () => "there is no password",
    fix: (a) => `set the environment variable ${a.variable}, or pass a file with --password-file`,
  }),
  "reports/password-file": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `the password cannot be read from ${a.path.slice(0, 200)}: ${a.detail}`,
    fix: () => "write it to a file that only you can read, and pass that file with --password-file",
  }),
} as const;
