/** How much one client may send: a bucket of tokens that fills at a steady rate. */

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in milliseconds. */
  at: number;
  isDry: boolean;
}

/** Whether a client may go on; if not, in how many seconds, and whether it is told so for the first time. */
export type Allowance =
  | { readonly ok: true }
  | { readonly ok: false; readonly seconds: number; readonly isFirst: boolean };

/** Clients that are remembered; beyond it the one that was quiet longest is forgotten. */
const maxClients = 10_000;

export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** A bucket holds what is given per minute. `now` gives milliseconds and never goes back. */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one token, if there is one. */
  take(client: string): Allowance {
    const bucket = this.#fill(client);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      bucket.isDry = false;
      return { ok: true };
    }
    const isFirst = !bucket.isDry;
    bucket.isDry = true;
    const seconds = Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute));
    return { ok: false, seconds, isFirst };
  }

  /** Takes tokens for what has turned out to be large, be they there or not: the client then waits. */
  charge(client: string, tokens: number): void {
    this.#fill(client).tokens -= tokens;
  }

  #fill(client: string): Bucket {
    const now = this.#now();
    const known = this.#buckets.get(client);
    const bucket = known ?? { tokens: this.#perMinute, at: now, isDry: false };
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
