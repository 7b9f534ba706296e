import { entry } from "./entry.ts";

/** What keeps the store of reports from being used. The journal holds everything, so nothing is lost. */
export const reportStoreCodes = {
  "reports/no-duckdb": entry<{ detail: string }>({
    severity: "error",
    message: (a) => `DuckDB, which keeps the reports, cannot be loaded: ${a.detail.slice(0, 200)}`,
    fix: () =>
      "install stspress with its optional packages (npm install --include=optional), @duckdb/node-bindings among them; its programs exist for Linux, macOS and Windows on x64 and arm64",
  }),
  "reports/store-busy": entry<{ path: string; pid: number | null }>({
    severity: "error",
    message: (a) =>
      `${a.path} is in use by ${a.pid === null ? "another process" : `process ${String(a.pid)}`}`,
    fix: () =>
      "wait until it has finished, then run the command again; whoever queries the file should open it read-only and close it",
  }),
  "reports/store-damaged": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} is damaged: ${a.detail.slice(0, 200)}`,
    fix: () => "run `stspress reports rebuild`: it is made anew from the reports in the journal",
  }),
  "reports/store-version": entry<{ path: string; found: string }>({
    severity: "error",
    message: (a) => `${a.path} was written by another version of stspress (${a.found})`,
    fix: () => "run `stspress reports rebuild`: it is made anew from the reports in the journal",
  }),
  "reports/store-unusable": entry<{ path: string; detail: string }>({
    severity: "error",
    message: (a) => `${a.path} cannot be used: ${a.detail.slice(0, 200)}`,
    fix: () =>
      "make room or mend the permissions, and run the command again: the reports are safe in the journal",
  }),
} as const;
