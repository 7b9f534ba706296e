/** When a sender tries again to deliver what a policy kept it from delivering. */
import { daySeconds, hourSeconds } from "./time.ts";

/** Mail that waits longer than this because of a policy counts as lost: that is when senders begin to tell people. */
export const lossSeconds = 4 * hourSeconds;

/** A queue's schedule; all times count from the first attempt. */
export interface Retries {
  /** The first retries. */
  readonly first: readonly number[];
  /** From the last of them on, one each so many seconds. */
  readonly thenEvery: number;
  /** After this long the mail is returned. */
  readonly giveUp: number;
}

/** The first retry that comes no earlier than `wait` seconds after the first attempt. */
export function retryAfter({ first, thenEvery }: Retries, wait: number): number {
  for (const retry of first) if (retry >= wait) return retry;
  const last = first.at(-1) ?? 0;
  return last + Math.ceil((wait - last) / thenEvery) * thenEvery;
}

/** The longest time between two attempts that both come before the mail counts as lost. */
export function longestGap(retries: Retries): number {
  let longest = 0;
  for (let attempt = 0; attempt <= lossSeconds;) {
    const next = retryAfter(retries, attempt + 1);
    longest = Math.max(longest, next - attempt);
    attempt = next;
  }
  return longest;
}

/** What RFC 5321 §4.5.4.1 asks for: each 30 minutes, for at least four days. */
export const rfc5321: Retries = { first: [], thenEvery: 1800, giveUp: 4 * daySeconds };

/**
 * Postfix: the age of the mail, at least `minimal_backoff_time` (300 s) and at most
 * `maximal_backoff_time` (4000 s), and up to `queue_run_delay` (300 s) later each time;
 * `maximal_queue_lifetime` is 5 days.
 */
export const postfix: Retries = {
  first: [600, 1500, 3300, 6900, 11_200],
  thenEvery: 4300,
  giveUp: 5 * daySeconds,
};
