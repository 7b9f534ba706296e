/** Any world: changes of everything at any time, over forty days. */
import fc from "fast-check";
import type { Mode } from "../../src/mta-sts/policy.ts";
import type { HeldInstance } from "../../src/simulate/simulate.ts";
import { subjectOf, type World, type WorldEvent } from "../../src/simulate/world.ts";
import { day, hour, policy, start, week } from "./story.ts";

export const worldEnd = start + 40 * day;

const hosts = ["mx1.example.com", "mx2.example.com", "a.mx.example.com"];
const addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
const ids = ["1", "2", "3"];

const time = fc.oneof(
  // Few enough that events are often simultaneous.
  fc.integer({ min: 0, max: 4 }).map((weeks) => start + weeks * week),
  fc.integer({ min: 0, max: 30 * 24 }).map((hours) => start + hours * hour),
  fc.integer({ min: 0, max: 30 * day }).map((seconds) => start + seconds),
);
const ttl = fc.constantFrom(0, 60, 300, hour, day);

function texts(modes: readonly Mode[]): fc.Arbitrary<string> {
  const mx = fc.subarray([...hosts, "*.example.com", "*.mx.example.com"], { minLength: 1 });
  const maxAge = fc.constantFrom(0, 300, hour, day, week, 3 * week, 31_557_600);
  return fc
    .tuple(fc.constantFrom(...modes), mx, maxAge)
    .map(([mode, patterns, maxAgeSeconds]) => policy(mode, patterns, maxAgeSeconds));
}

function events(modes: readonly Mode[]): fc.Arbitrary<WorldEvent> {
  const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
  const text = fc.oneof(
    { weight: 5, arbitrary: texts(modes) },
    { weight: 1, arbitrary: fc.constantFrom(null, "version: STSv1\r\n") },
  );
  const id = fc.option(fc.constantFrom(...ids), { freq: 6 });
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        at: time,
        what: fc.constant("serve" as const),
        address: fc.constantFrom(...addresses),
        text,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        at: time,
        what: fc.constant("addresses" as const),
        addresses: fc.oneof({ weight: 5, arbitrary: some(addresses) }, fc.constant([])),
        ttlSeconds: ttl,
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        at: time,
        what: fc.constant("announce" as const),
        nameServer: fc.constantFrom("ns1", "ns2"),
        id,
        ttlSeconds: ttl,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        at: time,
        what: fc.constant("mx" as const),
        hosts: some(hosts),
        ttlSeconds: ttl,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        at: time,
        what: fc.constant("mx-host" as const),
        host: fc.constantFrom(...hosts),
        state: fc.constantFrom("up" as const, "without-tls" as const, "down" as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        at: time,
        what: fc.constant("policy-host" as const),
        up: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ at: time, what: fc.constant("lookups" as const), work: fc.boolean() }),
    },
  );
}

/** A world in which a policy is published from the beginning, and whose policies have some of the modes. */
export function worlds(
  modes: readonly Mode[] = ["enforce", "testing", "none"],
): fc.Arbitrary<World> {
  const begin = texts(modes).map((text): World => [
    { at: start, what: "addresses", addresses: addresses.slice(0, 1), ttlSeconds: hour },
    { at: start, what: "serve", address: "192.0.2.1", text },
    { at: start, what: "announce", nameServer: "ns1", id: "1", ttlSeconds: hour },
    { at: start, what: "mx", hosts: hosts.slice(0, 1), ttlSeconds: hour },
  ]);
  return fc
    .tuple(begin, fc.array(events(modes), { maxLength: 14 }))
    .map(([first, rest]) => withoutContradictions([...first, ...rest]));
}

/** What senders may hold from before. */
export function heldInstances(modes: readonly Mode[]): fc.Arbitrary<HeldInstance[]> {
  const ago = fc.integer({ min: 0, max: 30 }).map((days) => start - days * day);
  const instance = fc
    .tuple(fc.constantFrom(...ids, "0"), texts(modes), ago, ago, fc.option(ago, { nil: undefined }))
    .map(([id, text, a, b, announcedUntil]): HeldInstance => {
      const fetched = { from: Math.min(a, b), to: Math.max(a, b) };
      return announcedUntil === undefined
        ? { id, text, fetched }
        : { id, text, fetched, announcedUntil };
    });
  return fc.array(instance, { maxLength: 2 });
}

function withoutContradictions(world: World): World {
  const known = new Map<string, WorldEvent>();
  for (const event of world) {
    const key = `${String(event.at)} ${subjectOf(event)}`;
    if (!known.has(key)) known.set(key, event);
  }
  return [...known.values()];
}
