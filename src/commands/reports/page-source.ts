/** Site, lock and store → what the reports page and `reports status` show. */
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { DomainPage, Overview } from "../../reports/page-data.ts";

/** Answers for the page; close it when done. */
export interface PageSource {
  /** Warnings about the site and the reports: the page can be made nevertheless. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every declared domain, and every domain that somebody reported on. */
  overview(): Promise<Overview>;
  /** null: the domain is neither declared nor reported on. */
  domainPage(domain: string): Promise<DomainPage | null>;
  close(): Promise<void>;
}

export interface PageSourceOptions {
  /** Absolute path of the site folder. */
  readonly root: string;
  /** Unix seconds; its day is the last of the window. */
  readonly now: number;
  /** Days of the window. */
  readonly days: number;
}

/** Opens the store of a site, brings it up to date with the journal, and reads the site and its lock. */
export function openPageSource(
  options: PageSourceOptions,
): Promise<PageSource | readonly Diagnostic[]> {
  return Promise.reject(new Error(`not written yet: ${options.root}`));
}
