/** How long a slow client is waited for. */

/** The least rate of a body, in octets a second, and for how long a client may stay below it, in milliseconds. */
export interface Pace {
  readonly perSecond: number;
  readonly graceMs: number;
}

/**
 * What a client sends earns it time, and time runs out. It never has more than the grace, so that whoever
 * sent much at once is not waited for longer than whoever sends steadily: an average over the whole would
 * let nine megabytes lie for twenty minutes.
 */
export class Patience {
  readonly #pace: Pace;
  readonly #now: () => number;
  /** When it ends, in milliseconds. */
  #end: number;

  /** `now` gives milliseconds and never goes back. */
  constructor(pace: Pace, now: () => number = () => performance.now()) {
    this.#pace = pace;
    this.#now = now;
    this.#end = now() + pace.graceMs;
  }

  /** Milliseconds that are left; not above 0: none are. */
  get left(): number {
    return this.#end - this.#now();
  }

  /** Milliseconds by which the client is behind the least rate. */
  get lag(): number {
    return this.#pace.graceMs - this.left;
  }

  earn(octets: number): void {
    const { perSecond, graceMs } = this.#pace;
    this.#end = Math.min(this.#end + (octets / perSecond) * 1000, this.#now() + graceMs);
  }
}
