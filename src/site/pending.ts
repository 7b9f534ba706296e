/**
 * What is not live yet, whichever build made it: the difference between what was recorded as served, announced
 * and published, and what the site says. "Next" and `records --pending` come from here.
 *
 * @see RFC 8461 §8.1: the policy first, DNS second
 */
import type { HostAddress } from "../config/site-config.ts";
import { changedRecords, recordsToPublish } from "./changed-records.ts";
import type { DnsRecord, RecordPurpose } from "./dns-record.ts";
import type { Lock } from "./lock/lock.ts";
import { publishedRecords, recordsOfPlanned, type PlannedDomain, type SitePlan } from "./plan.ts";

/** The policy host goes to another place. */
export interface Move {
  readonly from: HostAddress;
  readonly to: HostAddress;
  /** For how long the old place has to go on serving, in seconds. */
  readonly ttlSeconds: number;
}

/** What is missing of one domain. */
export interface Pending {
  readonly domain: string;
  /** Whether its policy is still to be deployed, or not recorded as served everywhere. */
  readonly needsDeployment: boolean;
  /** Whether its policy is recorded as served; of no policy, too. Nothing is announced before that. */
  readonly isServed: boolean;
  readonly move: Move | null;
  /** Records to publish, in publishing order. */
  readonly publish: readonly DnsRecord[];
  /** Records that were published and are no longer wanted. */
  readonly remove: readonly DnsRecord[];
}

/** Gives what is missing of a planned domain; null: nothing. */
function pendingOf(planned: PlannedDomain, lock: Lock): Pending | null {
  const { config, locked, shape } = planned;
  const { current, liveShape } = locked;
  const isLive = current === null || (current.servedAt !== null && current.announcedAt !== null);
  if (isLive && liveShape === locked.shape) return null;
  const after = recordsOfPlanned(planned);
  const { publish, remove } = difference(publishedRecords(lock, config.domain), after);
  const before = liveShape === null ? undefined : lock.shapes.get(liveShape);
  const move = moveOf(before?.address ?? null, shape.address, before?.ttlSeconds ?? 0);
  const pending: Pending = {
    domain: config.domain,
    needsDeployment: current !== null && (current.servedAt === null || move !== null),
    isServed: current === null || current.servedAt !== null,
    move,
    publish,
    remove,
  };
  const isNothing = !pending.needsDeployment && publish.length === 0 && remove.length === 0;
  return isNothing ? null : pending;
}

function difference(
  published: readonly DnsRecord[],
  after: readonly DnsRecord[],
): Pick<Pending, "publish" | "remove"> {
  // A first build has nothing to compare with, and may be of 100,000 domains.
  if (published.length === 0) return { publish: after, remove: [] };
  const changes = changedRecords(published, after);
  return { publish: recordsToPublish(changes, after), remove: changes.removed };
}

/** What is missing of every domain of the site, lazily; those that are no longer declared have only records to remove. */
export function* pendingOfSite(plan: SitePlan): Generator<Pending> {
  for (const planned of plan.domains) {
    const pending = pendingOf(planned, plan.lock);
    if (pending !== null) yield pending;
  }
  const declared = new Set(plan.domains.map(({ config }) => config.domain));
  for (const domain of plan.lock.domains.keys()) {
    if (declared.has(domain)) continue;
    const remove = publishedRecords(plan.lock, domain);
    if (remove.length === 0) continue;
    yield { domain, needsDeployment: false, isServed: true, move: null, publish: [], remove };
  }
}

/** The steps in which records are published, as `records --step` names them. */
export const steps = {
  host: "policy-host",
  reports: "tls-rpt",
  announce: "mta-sts",
} as const satisfies Record<string, RecordPurpose>;

export type StepName = keyof typeof steps;

/** Of records, those of one step; all where none is named. */
export function ofStep(records: readonly DnsRecord[], step: StepName | null): readonly DnsRecord[] {
  return step === null ? records : records.filter(({ purpose }) => purpose === steps[step]);
}

function moveOf(from: HostAddress | null, to: HostAddress | null, ttlSeconds: number): Move | null {
  if (from === null || to === null || textOf(from) === textOf(to)) return null;
  return { from, to, ttlSeconds };
}

/** An address for people: `192.0.2.10, 2001:db8::10`, or a host name. */
export function textOf({ ipv4, ipv6, host }: HostAddress): string {
  return host ?? [...ipv4, ...ipv6].join(", ");
}
