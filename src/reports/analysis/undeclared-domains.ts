/** Domains with reports that are not in the site. Anybody can make up thousands of names. */
import type { Daily, DomainSeries } from "../store/port.ts";

/** How many are shown; the others are counted. */
export const maxUndeclared = 200;

interface Ranked {
  readonly series: DomainSeries;
  readonly verified: number;
  readonly sessions: number;
}

/**
 * Keeps the domains with the most verified sessions, then with the most sessions: verified reports are harder
 * to make up. Holds at most twice as many as it keeps.
 */
export class UndeclaredDomains {
  count = 0;
  #kept: Ranked[] = [];

  add(series: DomainSeries): void {
    this.count += 1;
    this.#kept.push({
      series,
      verified: sum(series.verifiedSuccesses) + sum(series.verifiedFailures),
      sessions: sum(series.successes) + sum(series.failures),
    });
    if (this.#kept.length >= 2 * maxUndeclared) this.#cut();
  }

  /** The domains that are shown, the first with the most verified sessions. */
  top(): DomainSeries[] {
    this.#cut();
    return this.#kept.map(({ series }) => series);
  }

  #cut(): void {
    this.#kept.sort((a, b) => b.verified - a.verified || b.sessions - a.sessions);
    this.#kept.length = Math.min(this.#kept.length, maxUndeclared);
  }
}

function sum(values: Daily): number {
  return values.reduce((all, value) => all + value, 0);
}
