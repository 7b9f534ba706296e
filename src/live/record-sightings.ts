/** What was seen of domains, or is said of them → the lock, and what is missing. */
import { diagnostic, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../diagnostics/result.ts";
import type { LockChange } from "../site/disk/change-lock.ts";
import { medianOf } from "./date-ahead.ts";
import { holdOf, type Hold } from "../site/lock/hold.ts";
import { latestTime } from "../site/lock/latest-time.ts";
import {
  liveAt,
  policyOf,
  type Lock,
  type LockedDomain,
  type Policies,
} from "../site/lock/lock.ts";
import type { Look } from "../site/lock/look.ts";
import { recordLook, recordSaid, type Said } from "../site/lock/record-look.ts";
import { testedSince, testingSeconds } from "../site/lock/testing.ts";
import { formatTime, type UnixSeconds } from "../site/stamp.ts";

/** A look at a domain, or what the operator says of it. */
export type Sighting =
  | {
      readonly kind: "look";
      readonly look: Look;
      /** The records that DNS does not give as they were built, as `name TYPE`; null: DNS did not answer. */
      readonly missingRecords: readonly string[] | null;
    }
  | { readonly kind: "said"; readonly domain: string; readonly said: Said };

/** What is said of a domain. */
export function saidSighting(domain: string, said: Said): Sighting {
  return { kind: "said", domain, said };
}

/** What became of one domain. */
export interface Recorded {
  readonly domain: string;
  readonly sight: Sighting;
  readonly before: LockedDomain;
  readonly after: LockedDomain;
  readonly lock: Policies;
  /** Whether everything of it is live. */
  readonly isLive: boolean;
  /** Whether anything answered. */
  readonly wasSeen: boolean;
  readonly hold: Hold;
  /** From when enforce may be declared; null: it is not in testing, or that is not live. */
  readonly enforceFrom: UnixSeconds | null;
}

export interface RecordOptions {
  /** Unix seconds. */
  readonly now: UnixSeconds;
  readonly isPolicyFirst: boolean;
}

/** Builds within one second are given ids a few seconds ahead; more than that is a wrong clock. */
const toleratedSeconds = 60;
/** What two clocks may differ by that are both right. */
const maxClockErrorSeconds = 300;

/** Whether something of a domain is not live yet, or not known to be. */
export function isPending(domain: LockedDomain, lock: Policies): boolean {
  if (domain.shape !== domain.liveShape) return true;
  if (domain.current !== null && liveAt(domain.current) === null) return true;
  return domain.earlier.some(
    (one) =>
      (one.servedUntil === null || one.announcedUntil === null) &&
      policyOf(lock, one).mode === "enforce",
  );
}

/** Records what was seen or said. Errors: `lock/live-time`, `lock/clock`. Then nothing is recorded. */
export function recordSightings(
  lock: Lock,
  sightings: readonly Sighting[],
  options: RecordOptions,
): Result<LockChange<readonly Recorded[]>> {
  const refused: Diagnostic[] = [];
  const clock = wrongClock(sightings);
  if (clock !== null) return failure(clock);
  const domains = new Map(lock.domains);
  const recorded: Recorded[] = [];
  for (const sight of sightings) {
    const domain = sight.kind === "look" ? sight.look.domain : sight.domain;
    const before = lock.domains.get(domain);
    // It may have been dropped by a build since.
    if (before === undefined) continue;
    const wrong = wrongTime(sight, before, options.now);
    if (wrong !== null) {
      refused.push(diagnostic("lock/live-time", { domain, detail: wrong }));
      continue;
    }
    const after = record(before, sight, options, lock);
    domains.set(domain, after);
    recorded.push(summarize(domain, sight, before, after, lock, options.now));
  }
  if (refused.length > 0) return failure(...refused);
  return success({ lock: { ...lock, domains }, result: recorded });
}

function record(
  before: LockedDomain,
  sight: Sighting,
  { isPolicyFirst }: RecordOptions,
  lock: Lock,
): LockedDomain {
  if (sight.kind === "said") return recordSaid(before, sight.said, lock);
  const areRecordsPublished = sight.missingRecords?.length === 0;
  return recordLook(before, sight.look, { isPolicyFirst, areRecordsPublished }, lock);
}

/** This machine's clock against those of the policy hosts: a wrong one would end a hold too early, or begin it. */
function wrongClock(sightings: readonly Sighting[]): Diagnostic | null {
  const ahead = sightings
    .flatMap((one) => (one.kind === "look" ? [one.look.dateAheadSeconds] : []))
    .filter((one) => one !== null);
  const middle = medianOf(ahead);
  if (middle === null || Math.abs(middle) <= maxClockErrorSeconds) return null;
  return diagnostic("lock/clock", { seconds: middle, hosts: ahead.length });
}

function wrongTime(sight: Sighting, domain: LockedDomain, now: UnixSeconds): string | null {
  const times =
    sight.kind === "look"
      ? [sight.look.endedAt]
      : [sight.said.servedAt, sight.said.announcedAt].filter((one) => one !== null);
  const latest = latestTime(domain);
  // An id that a resolver gave is taken to be announced its TTL later.
  const tolerated = toleratedSeconds + (domain.current?.ttlSeconds ?? 0);
  for (const at of times) {
    if (at > now + toleratedSeconds) return `${formatTime(at)} is in the future`;
    if (latest !== null && at < latest - tolerated && isNews(sight, domain)) {
      return `the lock records something of it at ${formatTime(latest)}, after ${formatTime(at)}`;
    }
  }
  return null;
}

/** What was recorded before is only repeated: it may be said with any time. */
function isNews(sight: Sighting, { current }: LockedDomain): boolean {
  return sight.kind === "look" || current === null || liveAt(current) === null;
}

function summarize(
  domain: string,
  sight: Sighting,
  before: LockedDomain,
  after: LockedDomain,
  lock: Policies,
  now: UnixSeconds,
): Recorded {
  const { current } = after;
  const policy = current === null ? null : policyOf(lock, current);
  const since =
    policy?.mode === "testing" && current !== null && liveAt(current) !== null
      ? testedSince(after, policy.mx, lock)
      : null;
  return {
    domain,
    sight,
    before,
    after,
    lock,
    isLive: !isPending(after, lock),
    wasSeen: sight.kind === "said" || wasSeen(sight.look),
    hold: holdOf(after, lock, now),
    enforceFrom: since === null ? null : since + testingSeconds,
  };
}

function wasSeen({ host, addresses, servers }: Look): boolean {
  return (
    host === "absent" ||
    addresses.some(({ kind }) => kind === "policy" || kind === "refused") ||
    servers.some(({ kind }) => kind === "id" || kind === "absent" || kind === "invalid")
  );
}
