/** The records that a build changes, over the whole site. */
import { changedRecords, type RecordChanges } from "./changed-records.ts";
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
