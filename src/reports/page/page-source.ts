/** Site, lock and store → the data of the reports page and of `reports status`. */
import { severityOf } from "../../diagnostics/catalogue.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { Quarantine } from "../intake/quarantine.ts";
import { dayOf, daysOf, windowUntil } from "../analysis/days.ts";
import { domainPageOf, reporterRow } from "../analysis/domain-page.ts";
import { emptySeries, judgeDomain, type Judging } from "../analysis/domain-row.ts";
import type { SiteFacts } from "../analysis/locked-facts.ts";
import { overviewOf } from "../analysis/overview.ts";
import type { DomainPage, DomainRow, Overview } from "../analysis/page-data.ts";
import { rolloutEvidence, type RolloutEvidence } from "../analysis/rollout-evidence.ts";
import {
  noDetails,
  type DomainDetails,
  type DomainSeries,
  type ReportStore,
  type Window,
} from "../store/port.ts";
import { UndeclaredDomains } from "../analysis/undeclared-domains.ts";
import { baseDays, recentDays, unsettledDays } from "../analysis/trend.ts";
import { trustedSigners } from "../analysis/trusted-signers.ts";
import type { ReportsTrust } from "../../config/site-config.ts";
import { loadSiteIfAny } from "../../site/load/load-site.ts";
import { openStore, reportFolders, type Opening } from "../store/open-store.ts";
import { siteFactsOf } from "../site-facts.ts";
import { loadLock } from "../../site/load/load-lock.ts";

/** The data of the reports page. Close it when done. */
export interface PageSource {
  /** Warnings about the site. */
  readonly diagnostics: readonly Diagnostic[];
  /** All declared domains, and all domains with reports. */
  overview(): Promise<Overview>;
  /** The pages of some domains of the {@link overview}, in no order; much faster than one by one. */
  domainPages(domains: readonly string[]): AsyncIterable<DomainPage>;
  /** null: the domain is not declared and has no reports. */
  domainPage(domain: string): Promise<DomainPage | null>;
  /** What the reports prove for domains in testing, by domain; filled by {@link overview}. */
  readonly rollouts: ReadonlyMap<string, RolloutEvidence>;
  /** Whether the store has any report. */
  hasReports(): Promise<boolean>;
  close(): Promise<void>;
}

/** The day of `now` is the last of the window. */
export interface PageSourceOptions extends Opening {
  /** Days of the window. */
  readonly days: number;
}

/** Days that the trends need, also if fewer are shown. */
const trendDays = baseDays + recentDays + unsettledDays + 7;

/** How many domains a folder shows that declares none: anybody can make up names. */
const maxWithoutSite = 20_000;

/** Opens the store of a site, brings it up to date with the journal, and reads the site and its lock. */
export async function openPageSource(options: PageSourceOptions): Promise<Result<PageSource>> {
  const { root } = options;
  const loaded = await loadSiteIfAny(root);
  const { lock, diagnostics } = loaded?.loadedLock ?? loadLock(root);
  const found = loaded?.diagnostics ?? diagnostics;
  const errors = found.filter((one) => severityOf(one.code) === "error");
  if (lock === null || errors.length > 0) return failure(...errors);
  const folders = reportFolders(root);
  if (!folders.ok) return folders;
  const store = await openStore(options);
  if (!store.ok) return store;
  await store.value.trust(trustedSigners(loaded?.site?.reportsSigners ?? []));
  const source = new StorePageSource(store.value, options, {
    facts: siteFactsOf(loaded?.site ?? null, lock),
    trust: loaded?.site?.reportsTrust ?? "verified",
    quarantined: new Quarantine(folders.value.quarantine).count(),
    diagnostics: found,
  });
  return success(source);
}

interface Known {
  readonly facts: SiteFacts;
  readonly trust: ReportsTrust;
  readonly quarantined: number;
  readonly diagnostics: readonly Diagnostic[];
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

  constructor(store: ReportStore, { now, days }: PageSourceOptions, known: Known) {
    this.#store = store;
    this.#known = known;
    this.#declared = new Set(known.facts.declared);
    this.#now = now;
    this.diagnostics = known.diagnostics;
    this.#shown = windowUntil(now, days);
    this.#judged = windowUntil(now, Math.max(days, trendDays));
    this.#judging = { days: daysOf(this.#judged), shown: days };
  }

  async overview(): Promise<Overview> {
    const { quarantined } = this.#known;
    const rows: DomainRow[] = [];
    const missing = new Set(this.#declared);
    const undeclared = new UndeclaredDomains();
    let withoutSite = 0;
    for await (const series of this.#store.series(this.#judged)) {
      const isDeclared = missing.delete(series.domain);
      if (!this.#known.facts.of(series.domain).inSite) {
        undeclared.add(series);
        continue;
      }
      if (!isDeclared) withoutSite += 1;
      if (isDeclared || withoutSite <= maxWithoutSite) rows.push(this.#row(series));
    }
    for (const domain of missing) rows.push(this.#row(this.#emptySeries(domain)));
    const reporters = await this.#store.reporters(this.#shown);
    const { from, to } = this.#shown;
    return overviewOf({
      now: this.#now,
      from,
      to,
      rows,
      undeclared: undeclared.top().map((series) => this.#row(series)),
      undeclaredCount: undeclared.count,
      reporters: reporters.map((one) => reporterRow(one, to)),
      quarantined,
    });
  }

  async *domainPages(domains: readonly string[]): AsyncGenerator<DomainPage> {
    const missing = new Set(domains);
    const found = this.#store.everything(this.#judged, this.#shown, domains);
    for await (const { series, details } of found) {
      missing.delete(series.domain);
      yield this.#page(series, details);
    }
    for (const domain of missing) yield this.#page(this.#emptySeries(domain), noDetails);
  }

  async domainPage(domain: string): Promise<DomainPage | null> {
    let series: DomainSeries | null = null;
    for await (const one of this.#store.series(this.#judged, [domain])) series = one;
    const details = (await this.#store.details(this.#shown, [domain])).get(domain) ?? null;
    if (series === null && details === null && !this.#declared.has(domain)) return null;
    return this.#page(series ?? this.#emptySeries(domain), details ?? noDetails);
  }

  async hasReports(): Promise<boolean> {
    return (await this.#store.extent()) !== null;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #emptySeries(domain: string): DomainSeries {
    return emptySeries(domain, this.#judging.days.length);
  }

  #page(series: DomainSeries, details: DomainDetails): DomainPage {
    const facts = this.#known.facts.of(series.domain);
    return domainPageOf(series, details, this.#judging, facts, this.#now);
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
}
