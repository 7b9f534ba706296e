/** A domain's history, told in few words. */
import { formatPolicy, type Mode } from "../../src/mta-sts/policy.ts";
import { senders } from "../../src/simulate/senders.ts";
import { simulate, type SimulationOptions } from "../../src/simulate/simulate.ts";
import type { MxHostState, WorldEvent } from "../../src/simulate/world.ts";

export const minute = 60;
export const hour = 3600;
export const day = 86_400;
export const week = 7 * day;
/** 2026-11-01T09:00:00Z */
export const start = 1_793_523_600;

/** A policy's text. */
export function policy(mode: Mode, mx: readonly string[], maxAgeSeconds = week): string {
  return formatPolicy({ mode, mx, maxAgeSeconds, extensions: [] });
}

/** Times count from {@link start}; TTLs are an hour unless said otherwise. */
export class Story {
  readonly events: WorldEvent[] = [];
  #now = start;

  at(seconds: number): this {
    this.#now = start + seconds;
    return this;
  }

  addresses(addresses: readonly string[], ttlSeconds = hour): this {
    return this.#add({ at: this.#now, what: "addresses", addresses, ttlSeconds });
  }

  serve(text: string | null, address = "192.0.2.1"): this {
    return this.#add({ at: this.#now, what: "serve", address, text });
  }

  announce(id: string | null, ttlSeconds = hour, nameServer = "ns1"): this {
    return this.#add({ at: this.#now, what: "announce", nameServer, id, ttlSeconds });
  }

  mx(hosts: readonly string[], ttlSeconds = hour): this {
    return this.#add({ at: this.#now, what: "mx", hosts, ttlSeconds });
  }

  mxHost(host: string, state: MxHostState): this {
    return this.#add({ at: this.#now, what: "mx-host", host, state });
  }

  policyHost(up: boolean): this {
    return this.#add({ at: this.#now, what: "policy-host", up });
  }

  lookups(work: boolean): this {
    return this.#add({ at: this.#now, what: "lookups", work });
  }

  #add(event: WorldEvent): this {
    this.events.push(event);
    return this;
  }

  simulate(options: SimulationOptions = {}) {
    return simulate(this.events, options);
  }

  /** The times, since {@link start}, in which senders do not deliver, by sender: `[outcome, from, to]`. */
  trouble(options: SimulationOptions = {}): Record<string, [string, number, number][]> {
    const { senders: results } = this.simulate(options);
    return Object.fromEntries(
      results.map(({ sender, timeline }) => [
        sender,
        timeline
          .filter(({ outcome }) => outcome !== "delivers")
          .map(({ outcome, from, to }) => [outcome, from - start, to - start]),
      ]),
    );
  }

  /** When each sender may not deliver, first and last, since {@link start}; null: never. */
  spans(options: SimulationOptions = {}): Record<string, [number, number] | null> {
    return Object.fromEntries(
      Object.entries(this.trouble(options)).map(([name, found]) => {
        const [first, last] = [found[0], found.at(-1)];
        return [name, first === undefined || last === undefined ? null : [first[1], last[2]]];
      }),
    );
  }
}

/** A domain whose one address serves a text under an id, and whose mail goes to some hosts. */
export function published(
  text: string,
  id: string,
  mx: readonly string[],
  mxTtlSeconds = hour,
): Story {
  return new Story().addresses(["192.0.2.1"]).serve(text).announce(id).mx(mx, mxTtlSeconds);
}

export const names = senders.map(({ name }) => name);

/** The same for every kind of sender. */
export function everybody<T>(value: T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
