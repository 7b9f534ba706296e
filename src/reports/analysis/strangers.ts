/** Domains that reports are about and the site does not know: anybody can make names up, thousands of them. */
import type { Daily, DomainSeries } from "../store/port.ts";

/** So many are shown; the others are counted. */
export const maxStrangers = 200;

interface Ranked {
  readonly series: DomainSeries;
  readonly verified: number;
  readonly sessions: number;
}

/**
 * Keeps those of the most verified sessions, then of the most sessions: what costs something to send comes
 * before what costs nothing. Holds at most twice as many as it keeps.
 */
export class Strangers {
  count = 0;
  #kept: Ranked[] = [];

  add(series: DomainSeries): void {
    this.count += 1;
    this.#kept.push({
      series,
      verified: sum(series.verifiedSuccesses) + sum(series.verifiedFailures),
      sessions: sum(series.successes) + sum(series.failures),
    });
    if (this.#kept.length >= 2 * maxStrangers) this.#cut();
  }

  /** The ones that are kept, first the one that counts most. */
  kept(): DomainSeries[] {
    this.#cut();
    return this.#kept.map(({ series }) => series);
  }

  #cut(): void {
    this.#kept.sort((a, b) => b.verified - a.verified || b.sessions - a.sessions);
    this.#kept.length = Math.min(this.#kept.length, maxStrangers);
  }
}

function sum(values: Daily): number {
  return values.reduce((all, value) => all + value, 0);
}
