/**
 * The smallest store there can be: it keeps every report, and computes each answer from all of them. It shows
 * that the contract is about the port, and what other stores answer is compared with it.
 */
import { isTrustedSigner } from "../../../src/reports/analysis/trusted-signers.ts";
import { dayOf, daysBetween, daysOf } from "../../../src/reports/analysis/days.ts";
import { wellFormedArrival, provenSigner, type Arrival } from "../../../src/reports/arrival.ts";
import type { NewReport } from "../../../src/reports/new-report.ts";
import { isKnown, planAddition } from "../../../src/reports/plan-addition.ts";
import {
  exportColumns,
  maxListed,
  type AddResult,
  type Daily,
  type DomainDetails,
  type DomainFindings,
  type DomainSeries,
  type ExportRow,
  type FailureTotals,
  type PolicyTotals,
  type ReporterSeries,
  type ReporterTotals,
  type ReportStore,
  type SegmentPosition,
  type SenderHabits,
  type Window,
  type WriteJournal,
} from "../../../src/reports/store/port.ts";
import type { FailureDetail, Report, ReportedPolicy } from "../../../src/tls-rpt/report/report.ts";

/** What stays when a store is closed. */
export interface Memory {
  stored: Map<string, Stored>;
  positions: Map<string, number>;
  trusted: readonly string[];
}

export function emptyMemory(): Memory {
  return { stored: new Map(), positions: new Map(), trusted: [] };
}

interface Stored {
  readonly report: Report;
  readonly day: string;
  readonly deviations: readonly string[];
  arrival: Arrival;
  /** Who is proven to have sent it, the first of them. */
  signer: string | null;
  readonly others: Set<string>;
}

/** A policy of a report. */
interface Entry {
  readonly stored: Stored;
  readonly day: string;
  readonly organization: string;
  readonly policy: ReportedPolicy;
}

/** A failure detail of a policy. */
interface Failure {
  readonly day: string;
  readonly organization: string;
  readonly detail: FailureDetail;
}

export class MemoryStore implements ReportStore {
  readonly #memory: Memory;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  add(reports: readonly NewReport[], writeJournal: WriteJournal): Promise<AddResult> {
    const done = this.#turn.then(() => this.#add(reports, writeJournal));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #add(reports: readonly NewReport[], writeJournal: WriteJournal): Promise<AddResult> {
    const { stored, positions } = this.#memory;
    for (const { key } of reports) if (!/^[0-9a-f]{64}$/.test(key)) throw new TypeError(key);
    const changing = reports.flatMap((one, index) =>
      isKnown(one, stored.get(one.key)) ? [] : [index],
    );
    const moved = await writeJournal(changing);
    const { inserts, verified, signers } = planAddition(reports, (key) => stored.get(key));
    // All are read before the first is stored.
    const rows = inserts.map(({ key, text, day, deviations, arrival }): [string, Stored] => [
      key,
      {
        report: JSON.parse(text) as Report,
        day: dayOf(day * 86_400),
        deviations,
        arrival: wellFormedArrival(arrival),
        signer: provenSigner(arrival),
        others: new Set(),
      },
    ]);
    for (const [key, row] of rows) stored.set(key, row);
    for (const { key, arrival } of verified) {
      const row = stored.get(key);
      if (row === undefined) continue;
      const { receivedAt } = row.arrival;
      row.arrival = { ...wellFormedArrival(arrival), receivedAt };
      row.signer = provenSigner(arrival);
    }
    for (const { key, signer } of signers) stored.get(key)?.others.add(signer);
    for (const { segment, offset } of moved) {
      positions.set(segment, Math.max(offset, positions.get(segment) ?? 0));
    }
    return { added: inserts.length, duplicates: reports.length - inserts.length };
  }

  positions(): Promise<readonly SegmentPosition[]> {
    const all = [...this.#memory.positions];
    return Promise.resolve(all.map(([segment, offset]) => ({ segment, offset })));
  }

  trust(domains: readonly string[]): Promise<void> {
    this.#memory.trusted = [...domains];
    return Promise.resolve();
  }

  extent(): Promise<Window | null> {
    const days = [...this.#memory.stored.values()].map(({ day }) => day).sort();
    const [from, to] = [days[0], days.at(-1)];
    return Promise.resolve(from === undefined || to === undefined ? null : { from, to });
  }

  async *series(window: Window, domains?: readonly string[]): AsyncGenerator<DomainSeries> {
    await this.#turn;
    for (const [domain, entries] of groupBy(this.#entries(), ({ policy }) => policy.domain)) {
      if (domains?.includes(domain) === false) continue;
      const shown = entries.filter(within(window));
      if (shown.length > 0) yield this.#seriesOf(domain, window, shown);
    }
  }

  reporters(window: Window): Promise<readonly ReporterTotals[]> {
    return Promise.resolve(reporterTotals(this.#entries(), window, maxListed.reporters));
  }

  details(window: Window, domains: readonly string[]): Promise<ReadonlyMap<string, DomainDetails>> {
    const found = new Map<string, DomainDetails>();
    for (const [domain, entries] of groupBy(this.#entries(), ({ policy }) => policy.domain)) {
      if (domains.includes(domain)) found.set(domain, detailsOf(entries, window));
    }
    return Promise.resolve(found);
  }

  async *everything(
    judged: Window,
    shown: Window,
    domains: readonly string[],
  ): AsyncGenerator<DomainFindings> {
    const all = await this.details(shown, domains);
    for await (const series of this.series(judged, domains)) {
      const details = all.get(series.domain);
      if (details !== undefined) yield { series, details };
    }
  }

  senders(): Promise<readonly SenderHabits[]> {
    const sent = [...this.#memory.stored.values()].flatMap((stored) => [
      { stored, proven: stored.signer, signer: stored.arrival.verification.signer },
      ...[...stored.others].map((other) => ({ stored, proven: other, signer: other })),
    ]);
    const senders = groupBy(sent, ({ stored, proven }) =>
      JSON.stringify([stored.report.organization, proven]),
    );
    const habits = [...senders.values()].map((all): SenderHabits => {
      const [first] = all;
      const days = all.map(({ stored }) => stored.day).sort();
      const counts = (valuesOf: (one: (typeof all)[number]) => readonly string[]) =>
        ranked(
          all.flatMap((one) => valuesOf(one).map((value) => ({ value, count: 1 }))),
          maxListed.senderValues,
        );
      return {
        organization: first?.stored.report.organization ?? "",
        signer: first?.proven ?? null,
        reports: all.length,
        firstDay: days[0] ?? "",
        lastDay: days.at(-1) ?? "",
        via: counts(({ stored }) => [stored.arrival.via]).values,
        verdicts: counts(({ stored }) => [stored.arrival.verification.verdict]).counts,
        signers: counts(({ signer }) => (signer === null ? [] : [signer])).values,
        deviations: counts(({ stored }) => stored.deviations).counts,
      };
    });
    habits.sort(
      (a, b) =>
        b.reports - a.reports ||
        byText(a.organization, b.organization) ||
        nullsLast(a.signer, b.signer),
    );
    return Promise.resolve(habits.slice(0, maxListed.senders));
  }

  async *exportRows(window: Window | null, domain?: string): AsyncGenerator<ExportRow> {
    await this.#turn;
    const entries = this.#entries()
      .map((entry, at) => ({ ...entry, at: at + 1 }))
      .filter(({ policy }) => domain === undefined || policy.domain === domain)
      .filter(window === null ? () => true : within(window));
    entries.sort((a, b) => byText(a.day, b.day) || a.at - b.at);
    for (const entry of entries) yield* exportOf(entry, entry.at);
  }

  close(): Promise<void> {
    return this.#turn.then(() => undefined);
  }

  /** Every policy, in the order of adding. */
  #entries(): Entry[] {
    return [...this.#memory.stored.values()].flatMap((stored) =>
      stored.report.policies.map((policy) => {
        const { organization } = stored.report;
        return { stored, day: stored.day, organization, policy };
      }),
    );
  }

  #seriesOf(domain: string, window: Window, entries: readonly Entry[]): DomainSeries {
    const verified = entries.filter(({ stored }) => stored.signer !== null);
    const trusted = verified.filter(({ stored: { signer, others } }) =>
      [signer ?? "", ...others].some((one) => isTrustedSigner(one, this.#memory.trusted)),
    );
    const failures = entries.flatMap(failuresOf);
    const shown = ranked(
      failures.map(({ detail }) => ({ value: detail.resultType, count: detail.count })),
      maxListed.kinds,
    ).values;
    const kinds = [...shown].sort(byText).map((resultType) => ({
      resultType,
      counts: daily(
        window,
        failures.filter(({ detail }) => detail.resultType === resultType),
        ({ detail }) => detail.count,
      ),
    }));
    const reporters = groupBy(entries, ({ organization }) => organization);
    return {
      domain,
      ...sessionsOf(window, entries),
      verifiedSuccesses: daily(window, verified, successesOf),
      verifiedFailures: daily(window, verified, failedOf),
      trustedSuccesses: daily(window, trusted, successesOf),
      trustedFailures: daily(window, trusted, failedOf),
      kinds,
      reporters: reporters.size,
      mainReporterLastDay: mainReporterLastDayOf(window, [...reporters.values()]),
    };
  }
}

function mainReporterLastDayOf(window: Window, reporters: readonly (readonly Entry[])[]): number {
  const days = daysOf(window);
  const [main] = reporters
    .map((entries) => ({
      failures: sum(entries, failedOf),
      last: Math.max(...entries.map(({ day }) => days.indexOf(day))),
    }))
    .filter(({ failures }) => failures > 0)
    .sort((a, b) => b.failures - a.failures || b.last - a.last);
  return main?.last ?? -1;
}

function detailsOf(entries: readonly Entry[], window: Window): DomainDetails {
  const shown = entries.filter(within(window));
  return {
    byReporter: reporterSeries(shown, window),
    reporters: reporterTotals(entries, window, maxListed.domainReporters),
    failures: failureTotals(shown.flatMap(failuresOf)),
    policies: policyTotals(shown),
  };
}

function reporterSeries(shown: readonly Entry[], window: Window): ReporterSeries[] {
  const reporters = [...groupBy(shown, ({ organization }) => organization)].sort(
    ([a, of], [b, others]) => sum(others, sessions) - sum(of, sessions) || byText(a, b),
  );
  const main = reporters.slice(0, maxListed.reporterSeries).map(([organization, of]) => ({
    organization,
    ...sessionsOf(window, of),
  }));
  const others = reporters.slice(maxListed.reporterSeries).flatMap(([, of]) => of);
  if (others.length === 0) return main;
  return [...main, { organization: null, ...sessionsOf(window, others) }];
}

function reporterTotals(entries: readonly Entry[], window: Window, max: number): ReporterTotals[] {
  const totals = [...groupBy(entries, ({ organization }) => organization)].map(
    ([organization, all]): ReporterTotals => {
      const days = [...new Set(all.map(({ day }) => day))].sort();
      const gaps = days.slice(1).map((day, at) => daysBetween(days[at] ?? day, day));
      const shown = all.filter(within(window));
      const reports = new Set(shown.map(({ stored }) => stored));
      return {
        organization,
        firstDay: days[0] ?? "",
        lastDay: days.at(-1) ?? "",
        reports: reports.size,
        successes: sum(shown, successesOf),
        failures: sum(shown, failedOf),
        verified: [...reports].filter(({ signer }) => signer !== null).length,
        longestGapDays: Math.max(0, ...gaps),
      };
    },
  );
  return totals
    .filter(({ firstDay, lastDay }) => firstDay <= window.to && lastDay >= window.from)
    .sort(
      (a, b) =>
        b.successes + b.failures - (a.successes + a.failures) ||
        byText(a.organization, b.organization),
    )
    .slice(0, max);
}

function failureTotals(failures: readonly Failure[]): FailureTotals[] {
  const groups = groupBy(failures, ({ detail }) =>
    JSON.stringify([detail.resultType, detail.receivingMx]),
  );
  const totals = [...groups.values()].map((all): FailureTotals => {
    const days = all.map(({ day }) => day).sort();
    const values = (
      valuesOf: (one: Failure) => readonly (string | null)[],
      max: number = maxListed.failureValues,
    ) =>
      ranked(
        all.flatMap((one) =>
          valuesOf(one).flatMap((value) =>
            value === null ? [] : [{ value, count: one.detail.count }],
          ),
        ),
        max,
      );
    const receivingIps = values(({ detail }) => [detail.receivingIp]);
    const sendingIps = values(({ detail }) => [detail.sendingIp]);
    return {
      resultType: all[0]?.detail.resultType ?? "",
      mxHost: all[0]?.detail.receivingMx ?? null,
      count: sum(all, ({ detail }) => detail.count),
      firstDay: days[0] ?? "",
      lastDay: days.at(-1) ?? "",
      receivingIps: receivingIps.values,
      receivingIpCount: receivingIps.different,
      sendingIps: sendingIps.values,
      sendingIpCount: sendingIps.different,
      reporters: values(({ organization }) => [organization]).values,
      reasons: values(({ detail }) => [detail.reason, detail.information], maxListed.failureReasons)
        .values,
    };
  });
  return totals
    .sort(
      (a, b) =>
        b.count - a.count || byText(a.resultType, b.resultType) || nullsLast(a.mxHost, b.mxHost),
    )
    .slice(0, maxListed.failures);
}

function policyTotals(shown: readonly Entry[]): PolicyTotals[] {
  const groups = groupBy(shown, ({ policy: { type, strings, mxHosts } }) =>
    JSON.stringify([type, strings, mxHosts]),
  );
  const totals = [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { type, strings, mxHosts } = first.policy;
    const days = all.map(({ day }) => day).sort();
    const total: PolicyTotals = {
      type,
      strings,
      firstDay: days[0] ?? "",
      lastDay: days.at(-1) ?? "",
      successes: sum(all, successesOf),
      failures: sum(all, failedOf),
    };
    return [{ total, mxHosts }];
  });
  return totals
    .sort(
      ({ total: a, mxHosts }, { total: b, mxHosts: others }) =>
        byText(b.lastDay, a.lastDay) ||
        b.successes + b.failures - (a.successes + a.failures) ||
        byText(a.type, b.type) ||
        byTexts(a.strings, b.strings) ||
        byTexts(mxHosts, others),
    )
    .map(({ total }) => total)
    .slice(0, maxListed.policies);
}

function* exportOf({ stored, day, policy }: Entry, number: number): Generator<ExportRow> {
  const { report, arrival } = stored;
  const details = [...policy.details].sort(
    (a, b) =>
      byText(a.resultType, b.resultType) ||
      b.count - a.count ||
      nullsLast(a.sendingIp, b.sendingIp) ||
      nullsLast(a.receivingIp, b.receivingIp),
  );
  for (const detail of details.length === 0 ? [null] : details) {
    const values = [
      ...[day, policy.domain, report.organization, report.reportId],
      ...[iso(report.start), iso(report.end), report.contact, arrival.via, iso(arrival.receivedAt)],
      ...[arrival.verification.verdict, arrival.verification.signer, number, policy.type],
      ...[policy.strings.join("\n"), policy.mxHosts.join(" "), policy.successes, policy.failures],
      ...[detail?.resultType, detail?.count, detail?.sendingIp, detail?.receivingMx],
      ...[detail?.receivingHelo, detail?.receivingIp, detail?.information, detail?.reason],
    ];
    yield Object.fromEntries(exportColumns.map((name, at) => [name, values[at] ?? null]));
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function within({ from, to }: Window): (one: { readonly day: string }) => boolean {
  return ({ day }) => from <= day && day <= to;
}

function failuresOf({ day, organization, policy }: Entry): Failure[] {
  return policy.details.map((detail) => ({ day, organization, detail }));
}

const successesOf = ({ policy }: Entry): number => policy.successes;
const failedOf = ({ policy }: Entry): number => policy.failures;
const sessions = ({ policy }: Entry): number => policy.successes + policy.failures;

function sessionsOf(window: Window, entries: readonly Entry[]) {
  return {
    entries: daily(window, entries, () => 1),
    successes: daily(window, entries, successesOf),
    failures: daily(window, entries, failedOf),
  };
}

function daily<T extends { readonly day: string }>(
  window: Window,
  all: readonly T[],
  valueOf: (one: T) => number,
): Daily {
  const days = daysOf(window);
  return Float64Array.from(days, (day) =>
    sum(
      all.filter((one) => one.day === day),
      valueOf,
    ),
  );
}

function sum<T>(all: readonly T[], valueOf: (one: T) => number): number {
  const total = all.reduce((so, one) => so + valueOf(one), 0);
  return Math.min(total, Number.MAX_SAFE_INTEGER);
}

/** The values with the greatest counts, then by text; their counts, and how many different ones there are. */
function ranked(all: readonly { readonly value: string; readonly count: number }[], max: number) {
  const totals = [...groupBy(all, ({ value }) => value)]
    .map(([value, of]) => ({ value, count: sum(of, ({ count }) => count) }))
    .sort((a, b) => b.count - a.count || byText(a.value, b.value));
  const shown = totals.slice(0, max);
  return {
    values: shown.map(({ value }) => value),
    counts: Object.fromEntries(shown.map(({ value, count }) => [value, count])),
    different: totals.length,
  };
}

/** Node 20 has no Map.groupBy. */
function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

/** By code points: their order is that of the bytes in UTF-8. */
function byText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function byTexts(a: readonly string[], b: readonly string[]): number {
  for (const [at, text] of a.entries()) {
    const other = b[at];
    const order = other === undefined ? 1 : byText(text, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function nullsLast(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return byText(a, b);
}
