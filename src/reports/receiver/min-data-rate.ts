/** The minimum data rate of a request body, and how long a client may stay below it. */
export interface MinDataRate {
  readonly bytesPerSecond: number;
  readonly graceMs: number;
}

/**
 * The deadline of a client, which each received byte postpones, to never more than the grace period from
 * now. An average over the whole body would be no use: after nine quick megabytes, a client could be
 * silent for twenty minutes.
 */
export class DataRateDeadline {
  readonly #rate: MinDataRate;
  readonly #now: () => number;
  /** In milliseconds. */
  #end: number;

  /** `now` gives milliseconds and never goes back. */
  constructor(rate: MinDataRate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
    this.#end = now() + rate.graceMs;
  }

  /** Milliseconds until the deadline; 0 or less: it has passed. */
  get left(): number {
    return this.#end - this.#now();
  }

  /** Milliseconds by which the client is behind the minimum rate. */
  get lag(): number {
    return this.#rate.graceMs - this.left;
  }

  /** Postpones the deadline. */
  received(bytes: number): void {
    const { bytesPerSecond, graceMs } = this.#rate;
    this.#end = Math.min(this.#end + (bytes / bytesPerSecond) * 1000, this.#now() + graceMs);
  }
}
