/** Site, lock and store → what the reports page and `reports status` show. */
import { severityOf } from "../../diagnostics/catalogue.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { Quarantine } from "../../edge/reports/quarantine.ts";
import { dayOf, daysOf, windowUntil } from "../../reports/days.ts";
import { domainPageOf, noDetails, reporterRow } from "../../reports/domain-page.ts";
import { judgeDomain, silence, type Judging } from "../../reports/domain-row.ts";
import type { SiteFacts } from "../../reports/locked-facts.ts";
import { overviewOf } from "../../reports/overview.ts";
import type { DomainPage, DomainRow, Overview } from "../../reports/page-data.ts";
import { rolloutEvidence, type RolloutEvidence } from "../../reports/rollout-evidence.ts";
import type { DomainDetails, DomainSeries, ReportStore, Window } from "../../reports/store-port.ts";
import { baseDays, recentDays, unsettledDays } from "../../reports/trend.ts";
import type { ReportsTrust } from "../../site/config.ts";
import type { Io } from "../io.ts";
import { loadLock, loadSiteIfAny } from "../load-site.ts";
import { openStore, reportFolders } from "./open-store.ts";
import { siteFactsOf } from "./site-facts.ts";

/** Answers for the page; close it when done. */
export interface PageSource {
  /** Warnings about the site and the reports: the page can be made nevertheless. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every declared domain, and every domain that somebody reported on. */
  overview(): Promise<Overview>;
  /**
   * null: the domain is neither declared nor reported on. Quick for many domains when they are asked for
   * in the order of the overview.
   */
  domainPage(domain: string): Promise<DomainPage | null>;
  /** What reports prove for domains in testing, by domain; known after {@link overview}. */
  readonly rollouts: ReadonlyMap<string, RolloutEvidence>;
  /** Whether any report was ever taken in. */
  hasReports(): Promise<boolean>;
  close(): Promise<void>;
}

export interface PageSourceOptions {
  /** Absolute path of the site folder. */
  readonly root: string;
  /** Unix seconds; its day is the last of the window. */
  readonly now: number;
  /** Days of the window. */
  readonly days: number;
  readonly io: Io;
}

/** The judgement looks back so far, also where less is shown. */
const judgedDays = baseDays + recentDays + unsettledDays + 7;

/** Domains of which the store is asked at once. */
const chunkSize = 200;

/** Domains that nobody declared and somebody reported on: anybody can make names up. */
const mostUndeclared = 20_000;

/** Opens the store of a site, brings it up to date with the journal, and reads the site and its lock. */
export async function openPageSource(
  options: PageSourceOptions,
): Promise<PageSource | readonly Diagnostic[]> {
  const { root, io } = options;
  const loaded = await loadSiteIfAny(root);
  const { lock, diagnostics } = loaded?.loadedLock ?? loadLock(root);
  const found = loaded?.diagnostics ?? diagnostics;
  const errors = found.filter((one) => severityOf(one.code) === "error");
  if (lock === null || errors.length > 0) return errors;
  const folders = reportFolders(root);
  if ("code" in folders) return [folders];
  const store = await openStore(root, io);
  if ("code" in store) return [store];
  const quarantined = new Quarantine(folders.quarantine).count();
  return new StorePageSource(store, options, {
    facts: siteFactsOf(loaded?.site ?? null, lock),
    trust: loaded?.site?.reportsTrust ?? "verified",
    quarantined,
    diagnostics: found,
  });
}

interface Known {
  readonly facts: SiteFacts;
  readonly trust: ReportsTrust;
  readonly quarantined: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the store has of one domain. */
interface Found {
  readonly series: DomainSeries | null;
  readonly details: DomainDetails | null;
}

class StorePageSource implements PageSource {
  readonly diagnostics: readonly Diagnostic[];
  readonly rollouts = new Map<string, RolloutEvidence>();
  readonly #store: ReportStore;
  readonly #known: Known;
  readonly #declared: ReadonlySet<string>;
  readonly #now: number;
  readonly #shown: Window;
  readonly #judged: Window;
  readonly #judging: Judging;
  /** Domains in the order of the overview, and where each stands. */
  #order: readonly string[] = [];
  #places: ReadonlyMap<string, number> = new Map();
  /** What was asked for already. */
  readonly #ahead = new Map<string, Promise<Found>>();

  constructor(store: ReportStore, { now, days }: PageSourceOptions, known: Known) {
    this.#store = store;
    this.#known = known;
    this.#declared = new Set(known.facts.declared);
    this.#now = now;
    this.diagnostics = known.diagnostics;
    this.#shown = windowUntil(now, days);
    this.#judged = windowUntil(now, Math.max(days, judgedDays));
    this.#judging = { days: daysOf(this.#judged), shown: days };
  }

  async overview(): Promise<Overview> {
    const { quarantined } = this.#known;
    const rows: DomainRow[] = [];
    const missing = new Set(this.#declared);
    let undeclared = 0;
    for await (const series of this.#store.series(this.#judged)) {
      if (!missing.delete(series.domain) && (undeclared += 1) > mostUndeclared) continue;
      rows.push(this.#row(series));
    }
    for (const domain of missing) rows.push(this.#row(this.#silence(domain)));
    const reporters = await this.#store.reporters(this.#shown);
    const { from, to } = this.#shown;
    const overview = overviewOf({
      now: this.#now,
      from,
      to,
      rows,
      reporters: reporters.map((one) => reporterRow(one, to)),
      quarantined,
    });
    this.#order = overview.domains.map(({ domain }) => domain);
    this.#places = new Map(this.#order.map((domain, place) => [domain, place]));
    return overview;
  }

  async domainPage(domain: string): Promise<DomainPage | null> {
    if (!this.#ahead.has(domain)) this.#ask(domain);
    const { series, details } = (await this.#ahead.get(domain)) ?? { series: null, details: null };
    this.#ahead.delete(domain);
    const { facts } = this.#known;
    if (series === null && details === null && !this.#declared.has(domain)) return null;
    return domainPageOf(
      series ?? this.#silence(domain),
      details ?? noDetails,
      this.#judging,
      facts.of(domain),
      this.#now,
    );
  }

  async hasReports(): Promise<boolean> {
    return (await this.#store.extent()) !== null;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#ahead.values());
    await this.#store.close();
  }

  #silence(domain: string): DomainSeries {
    return silence(domain, this.#judging.days.length);
  }

  #row(series: DomainSeries): DomainRow {
    const facts = this.#known.facts.of(series.domain);
    if (facts.testingSince !== null) {
      const since = dayOf(facts.testingSince);
      const evidence = rolloutEvidence(series, this.#judging.days, since, this.#known.trust);
      this.rollouts.set(series.domain, evidence);
    }
    return judgeDomain(series, this.#judging, facts).row;
  }

  /** Asks for a domain and for those that follow it in the overview: a few hundred cost little more than one. */
  #ask(domain: string): void {
    const place = this.#places.get(domain);
    const chunk =
      place === undefined
        ? [domain]
        : this.#order.slice(place, place + chunkSize).filter((one) => !this.#ahead.has(one));
    const asked = this.#read(chunk);
    for (const one of chunk) {
      const found = asked.then(({ series, details }) => ({
        series: series.get(one) ?? null,
        details: details.get(one) ?? null,
      }));
      // Told to whoever asks for that domain; nobody may.
      found.catch(() => undefined);
      this.#ahead.set(one, found);
    }
  }

  async #read(domains: readonly string[]): Promise<{
    readonly series: ReadonlyMap<string, DomainSeries>;
    readonly details: ReadonlyMap<string, DomainDetails>;
  }> {
    const series = new Map<string, DomainSeries>();
    for await (const one of this.#store.series(this.#judged, domains)) series.set(one.domain, one);
    return { series, details: await this.#store.details(this.#shown, domains) };
  }
}
