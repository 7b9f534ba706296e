/**
 * The lock and a plan → the world that the simulation judges: what was served and announced until today, and what
 * the next build brings. What senders may hold is left to the simulation. An instance that nobody recorded as served or announced was not.
 */
import {
  announcedId,
  instancesOf,
  policyOf,
  type Instance,
  type Lock,
  type LockedDomain,
} from "../../../site/lock/lock.ts";
import type { PlannedDomain } from "../../../site/plan.ts";
import type { World, WorldEvent } from "../../world.ts";
import type { Scenario } from "../options/scenario.ts";

/** What is simulated of one domain. */
export interface PlannedWorld {
  readonly domain: string;
  readonly world: World;
  /** The MX hosts that are assumed at the beginning. */
  readonly mxHosts: readonly string[];
}

/** Between the deployment and the announcement, where nothing else is said: as long as a look takes. */
const deploySeconds = 60;
const mxTtlSeconds = 3600;
const address = "policy-host";
const nameServer = "name-server";

/** Makes the world of a domain from `now` on. `before` is the lock that the build begins with. */
export function plannedWorld(
  { config, locked, policyText, shape }: PlannedDomain,
  before: Lock,
  now: number,
  scenario: Scenario,
): PlannedWorld {
  const { domain } = config;
  const known = before.domains.get(domain) ?? null;
  const live = known === null ? null : servedInstance(known);
  const liveText = live === null ? null : (before.policies.get(live.digest)?.text ?? null);
  const mxHosts = hostsOf(
    live === null ? (config.mtaSts?.policy.mx ?? []) : policyOf(before, live).mx,
  );
  const deployed = now + deploySeconds;
  const announced = now + scenario.announceAfter;
  const ttlSeconds = Math.max(
    shape.ttlSeconds,
    ...instancesOf(locked).map((one) => one.ttlSeconds),
  );
  const id = known === null ? null : announcedId(known);
  const nextId = locked.current?.id ?? null;
  const past = known === null ? [] : pastEvents(known, before, now);
  const begins = Math.min(now, ...past.map(({ at }) => at));
  const events: WorldEvent[] = [
    ...past,
    { at: begins, what: "addresses", addresses: [address], ttlSeconds },
    { at: now, what: "serve", address, text: liveText },
    { at: now, what: "announce", nameServer, id, ttlSeconds },
    { at: begins, what: "mx", hosts: mxHosts, ttlSeconds: mxTtlSeconds },
    ...mxEvents(mxHosts, now, scenario),
  ];
  if (policyText !== liveText) {
    events.push({ at: deployed, what: "serve", address, text: policyText });
  }
  if (nextId !== id) {
    events.push({ at: announced, what: "announce", nameServer, id: nextId, ttlSeconds });
  }
  if (scenario.outageSeconds > 0) {
    events.push(
      { at: announced + 1, what: "policy-host", up: false },
      { at: announced + 1 + scenario.outageSeconds, what: "policy-host", up: true },
    );
  }
  return { domain, world: events, mxHosts };
}

/** What was served and announced before: senders and resolvers may have kept it. Of one second the last counts. */
function pastEvents(domain: LockedDomain, lock: Lock, now: number): WorldEvent[] {
  const served = new Map<number, string | null>();
  const announced = new Map<number, Instance>();
  for (const one of instancesOf(domain)) {
    const { servedAt, announcedAt, digest } = one;
    if (servedAt !== null) served.set(servedAt, lock.policies.get(digest)?.text ?? null);
    if (announcedAt !== null) announced.set(announcedAt, one);
  }
  const events: WorldEvent[] = [
    ...[...served].map(([at, text]): WorldEvent => ({ at, what: "serve", address, text })),
    ...[...announced].map(([at, { id, ttlSeconds }]): WorldEvent => {
      return { at, what: "announce", nameServer, id, ttlSeconds };
    }),
  ];
  return events.filter(({ at }) => at < now);
}

/** What the policy host serves as far as the lock knows: what was served last, or announced. */
function servedInstance(domain: LockedDomain): Instance | null {
  if (domain.current?.servedAt != null) return domain.current;
  return (
    domain.earlier.findLast((one) => one.servedAt !== null && one.servedUntil === null) ?? null
  );
}

/** One host for each pattern: its own name, or for a wildcard a name under it. */
function hostsOf(mx: readonly string[]): string[] {
  return mx.map((pattern) => (pattern.startsWith("*.") ? `mx${pattern.slice(1)}` : pattern));
}

function mxEvents(hosts: readonly string[], now: number, { mx }: Scenario): WorldEvent[] {
  // What is changed in one second is one change.
  const byTime = new Map<number, readonly string[]>();
  let present = hosts;
  for (const { change, host, afterSeconds } of mx.toSorted(
    (a, b) => a.afterSeconds - b.afterSeconds,
  )) {
    const others = present.filter((one) => one !== host);
    present = change === "add" ? [...others, host] : others;
    byTime.set(now + Math.max(1, afterSeconds), present);
  }
  return [...byTime].map(([at, then]) => {
    return { at, what: "mx", hosts: then, ttlSeconds: mxTtlSeconds };
  });
}
