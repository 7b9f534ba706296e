/** Rates and their confidence intervals. */
import type { Rate } from "./page-data.ts";

/** Standard normal quantiles of two-sided intervals. */
export const confidence = { of95: 1.959964, of999: 3.290527 } as const;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The confidence interval of a proportion, which is correct for small numbers too: for 0 of 10 it ends at
 * 28 %, where the simple formula gives 0. More failures than sessions count as all sessions.
 * @see Wilson, JASA 22 (1927), 209
 */
export function wilson(failures: number, sessions: number, z: number): Interval {
  if (sessions <= 0) return { low: 0, high: 1 };
  const rate = Math.min(1, failures / sessions);
  const square = (z * z) / sessions;
  const centre = rate + square / 2;
  const halfWidth = z * Math.sqrt((rate * (1 - rate)) / sessions + square / sessions / 4);
  const scale = 1 + square;
  return {
    low: rate === 0 ? 0 : Math.max(0, (centre - halfWidth) / scale),
    high: rate === 1 ? 1 : Math.min(1, (centre + halfWidth) / scale),
  };
}

/**
 * The confidence interval of first minus second, two proportions, from their Wilson intervals.
 * @see Newcombe, Statistics in Medicine 17 (1998), 873, method 10
 */
export function difference(
  first: { readonly failures: number; readonly sessions: number },
  second: { readonly failures: number; readonly sessions: number },
  z: number,
): Interval {
  if (first.sessions <= 0 || second.sessions <= 0) return { low: -1, high: 1 };
  const a = Math.min(1, first.failures / first.sessions);
  const b = Math.min(1, second.failures / second.sessions);
  const ofA = wilson(first.failures, first.sessions, z);
  const ofB = wilson(second.failures, second.sessions, z);
  return {
    low: a - b - Math.hypot(a - ofA.low, ofB.high - b),
    high: a - b + Math.hypot(ofA.high - a, b - ofB.low),
  };
}

/** A rate with its 95 % interval. */
export function rateOf(sessions: number, failures: number): Rate {
  const rate = sessions > 0 ? Math.min(1, failures / sessions) : null;
  return { sessions, failures, rate, ...wilson(failures, sessions, confidence.of95) };
}
