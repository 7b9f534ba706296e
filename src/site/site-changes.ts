/** The records that a build changes, over the whole site. */
import { changedRecords, type RecordChanges } from "./changed-records.ts";
import type { DnsRecord } from "./dns-record.ts";
import type { Lock } from "./lock/lock.ts";
import { recordsOfLocked, recordsOfPlanned, type SitePlan } from "./plan.ts";

/**
 * Compares what is planned with what the lock says was built before, domain by domain, lazily: a first
 * build of 100,000 domains adds every record there is.
 */
export function* siteChanges(plan: SitePlan, before: Lock): Generator<RecordChanges> {
  for (const planned of plan.domains) {
    const { domain } = planned.config;
    const { shape, current } = planned.locked;
    const built = before.domains.get(domain);
    if (built?.shape === shape && built.current?.id === current?.id) continue;
    yield changedRecords(recordsOfLocked(before, domain), recordsOfPlanned(planned));
  }
  for (const domain of plan.dropped) yield changedRecords(recordsOfLocked(before, domain), []);
}

/** Puts the changes of many domains into one. */
export function joinChanges(changes: Iterable<RecordChanges>): RecordChanges {
  const all = { added: [], changed: [], removed: [] } as {
    [K in keyof RecordChanges]: RecordChanges[K][number][];
  };
  for (const { added, changed, removed } of changes) {
    all.added.push(...added);
    all.changed.push(...changed);
    all.removed.push(...removed);
  }
  return all;
}

/** How much changed, and what, where it is little. */
export interface ChangeTally {
  /** Records to publish or to remove. */
  readonly total: number;
  /** Whether a record to publish leads to a policy host. */
  readonly leadsToPolicyHost: boolean;
  /** The records, where they are at most as many as were asked for, else none. */
  readonly publish: readonly DnsRecord[];
  readonly remove: readonly DnsRecord[];
}

/** Counts changes, and keeps at most so many records. */
export function tallyChanges(changes: Iterable<RecordChanges>, most: number): ChangeTally {
  let total = 0;
  let leadsToPolicyHost = false;
  let few: RecordChanges[] = [];
  for (const one of changes) {
    const publish = toPublish(one);
    total += publish.length + one.removed.length;
    leadsToPolicyHost ||= publish.some((record) => record.purpose === "policy-host");
    if (total <= most) few.push(one);
    else few = [];
  }
  const all = joinChanges(few);
  return { total, leadsToPolicyHost, publish: toPublish(all), remove: all.removed };
}

function toPublish({ added, changed }: RecordChanges): DnsRecord[] {
  return [...added, ...changed.flatMap((one) => one.after)];
}
