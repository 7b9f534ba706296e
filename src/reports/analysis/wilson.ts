/** Rates and how sure they are. */
import type { Rate } from "./page-data.ts";

/** Standard normal quantiles of two-sided intervals. */
export const confidence = { of95: 1.959964, of999: 3.290527 } as const;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval of a proportion, which is sound for small numbers and for none: of 0 in 10 it says at most
 * 28 %, where the naive formula says 0. What is no proportion, such as 5 of 3, is cut.
 * @see Wilson, JASA 22 (1927), 209
 */
export function wilson(failures: number, sessions: number, z: number): Interval {
  if (sessions <= 0) return { low: 0, high: 1 };
  const rate = Math.min(1, failures / sessions);
  const square = (z * z) / sessions;
  const centre = rate + square / 2;
  const spread = z * Math.sqrt((rate * (1 - rate)) / sessions + square / sessions / 4);
  const scale = 1 + square;
  return {
    low: rate === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    high: rate === 1 ? 1 : Math.min(1, (centre + spread) / scale),
  };
}

/**
 * The interval of the difference of two proportions, first less second, made of their Wilson intervals.
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
  const one = wilson(first.failures, first.sessions, z);
  const two = wilson(second.failures, second.sessions, z);
  return {
    low: a - b - Math.hypot(a - one.low, two.high - b),
    high: a - b + Math.hypot(one.high - a, b - two.low),
  };
}

/** A rate with its 95 % interval. */
export function rateOf(sessions: number, failures: number): Rate {
  const rate = sessions > 0 ? Math.min(1, failures / sessions) : null;
  return { sessions, failures, rate, ...wilson(failures, sessions, confidence.of95) };
}
