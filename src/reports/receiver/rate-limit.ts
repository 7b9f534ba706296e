/** A token bucket per client. */

interface Bucket {
  tokens: number;
  /** When `tokens` was calculated, in milliseconds. */
  at: number;
  isEmpty: boolean;
}

/** Whether a client may send; if not, in how many seconds, and whether this is its first refusal. */
export type RateLimitResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly seconds: number; readonly isFirst: boolean };

/** With more clients, the one that was idle longest is forgotten. */
const maxClients = 10_000;

export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** A bucket holds the tokens of one minute. `now` gives milliseconds and never goes back. */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one token, if there is one. */
  take(client: string): RateLimitResult {
    const bucket = this.#fill(client);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      bucket.isEmpty = false;
      return { ok: true };
    }
    const isFirst = !bucket.isEmpty;
    bucket.isEmpty = true;
    const seconds = Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute));
    return { ok: false, seconds, isFirst };
  }

  /** Takes tokens for a report that turned out to be large, even below zero: the client then has to wait. */
  charge(client: string, tokens: number): void {
    this.#fill(client).tokens -= tokens;
  }

  #fill(client: string): Bucket {
    const now = this.#now();
    const known = this.#buckets.get(client);
    const bucket = known ?? { tokens: this.#perMinute, at: now, isEmpty: false };
    const gained = ((now - bucket.at) / 60_000) * this.#perMinute;
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + gained);
    bucket.at = now;
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > maxClients) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
