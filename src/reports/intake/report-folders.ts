/** The folders of reports: `.stspress/reports/` in the site folder. */
import fs from "node:fs";
import path from "node:path";
import { makeKeptFolder } from "../../runtime/kept-folder.ts";

export interface ReportFolders {
  readonly journal: string;
  readonly quarantine: string;
  /** The store's file. */
  readonly database: string;
}

/**
 * Creates the folders for reports, readable only by their owner: they hold data of customers.
 * @throws the system's errors, and one with code `ENOTDIR` where a link would lead out of the site
 */
export function makeReportFolders(root: string): ReportFolders {
  const folder = path.join(makeKeptFolder(root), "reports");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseLink(folder);
  const below = (name: string): string => path.join(folder, name);
  for (const name of ["journal", "quarantine"]) {
    if (fs.lstatSync(below(name), { throwIfNoEntry: false }) !== undefined) refuseLink(below(name));
  }
  return {
    journal: below("journal"),
    quarantine: below("quarantine"),
    database: below("reports.duckdb"),
  };
}

function refuseLink(folder: string): void {
  if (fs.lstatSync(folder).isDirectory()) return;
  throw Object.assign(new Error(`${folder} is not a folder, or a link`), { code: "ENOTDIR" });
}
