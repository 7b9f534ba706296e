/** The lock and a plan → the world that the simulation judges: what is so today, and what the next build brings. */
import {
  announcedId,
  instancesOf,
  policyOf,
  type Instance,
  type Lock,
  type LockedDomain,
} from "../../../site/lock/lock.ts";
import type { PlannedDomain } from "../../../site/plan.ts";
import type { HeldInstance } from "../../simulate.ts";
import type { World, WorldEvent } from "../../world.ts";
import type { Scenario } from "../options/scenario.ts";

/** What is simulated of one domain. */
export interface PlannedWorld {
  readonly domain: string;
  readonly world: World;
  readonly held: readonly HeldInstance[];
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
  const events: WorldEvent[] = [
    { at: now, what: "addresses", addresses: [address], ttlSeconds },
    { at: now, what: "serve", address, text: liveText },
    { at: now, what: "announce", nameServer, id, ttlSeconds },
    { at: now, what: "mx", hosts: mxHosts, ttlSeconds: mxTtlSeconds },
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
  const held = known === null ? [] : heldInstances(known, before, now);
  return { domain, world: events, held, mxHosts };
}

/** What the policy host serves as far as the lock knows: what was served last, or announced. */
function servedInstance(domain: LockedDomain): Instance | null {
  if (domain.current?.servedAt != null) return domain.current;
  return (
    domain.earlier.findLast((one) => one.servedAt !== null && one.servedUntil === null) ?? null
  );
}

/** What senders may hold today; until when, the simulation is to find out by itself. */
function heldInstances(
  { current, earlier }: LockedDomain,
  lock: Lock,
  now: number,
): HeldInstance[] {
  const held = (one: Instance, servedUntil: number, announcedUntil: number): HeldInstance[] => {
    const text = lock.policies.get(one.digest)?.text;
    const from = one.servedAt ?? one.announcedAt ?? one.builtAt;
    if (text === undefined || from === null) return [];
    const to = Math.max(from, servedUntil);
    const renewedUntil = Math.max(to, announcedUntil + one.ttlSeconds);
    return [{ id: one.id, text, fetched: { from, to }, announcedUntil: renewedUntil }];
  };
  // What was built last and not seen yet is what is simulated.
  const isSeen = current !== null && (current.servedAt !== null || current.announcedAt !== null);
  return [
    ...earlier.flatMap((one) => held(one, one.servedUntil ?? now, one.announcedUntil ?? now)),
    ...(isSeen ? held(current, now, now) : []),
  ];
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
