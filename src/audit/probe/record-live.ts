/** Records in the lock what is live of the audited domains, by the same look as `stspress live`. */
import { success, type Result } from "../../diagnostics/result.ts";
import { stateOf } from "../../live/describe-recorded.ts";
import { openLookSession } from "../../live/probe/look-session.ts";
import { setAsideSilent } from "../../live/probe/set-aside.ts";
import type { ProbeOptions } from "../../live/probe/probe-options.ts";
import { isPending, recordSightings } from "../../live/record-sightings.ts";
import { changeLock } from "../../site/disk/change-lock.ts";
import { openLock } from "../../site/load/missing-lock.ts";
import { liveAt } from "../../site/lock/lock.ts";
import { formatTime } from "../../site/stamp.ts";

/** What became of a domain of which something was not recorded as live. */
export interface RecordedLive {
  readonly domain: string;
  /** The id of the instance; null: the domain has no policy. */
  readonly id: string | null;
  /** Since when it is live, in words; null: it was not recorded. */
  readonly live: string | null;
  /** Why something is still missing, or null. */
  readonly missing: string | null;
}

/** What `--record` wrote. */
export interface RecordedLook {
  readonly live: readonly RecordedLive[];
  /** How many lines of stspress.evidence changed. */
  readonly evidenceLines: number;
}

/** Looks at those of the domains of which something is not recorded as live. `clock` gives Unix seconds. */
export async function recordLive(
  root: string,
  domains: readonly string[],
  probe: ProbeOptions,
  clock: () => number,
): Promise<Result<RecordedLook>> {
  const opened = openLock(root);
  if (!opened.ok) return opened;
  const { lock } = opened.value;
  const pending = domains.filter((name) => {
    const known = lock.domains.get(name);
    return known !== undefined && isPending(known, lock);
  });
  if (pending.length === 0) return success({ live: [], evidenceLines: 0 });
  const looking = openLookSession(probe, clock);
  if (!looking.ok) return looking;
  const session = looking.value;
  const sights = await session
    .lookAt(pending, lock, () => undefined)
    .finally(() => {
      session.close();
    });
  const options = { now: clock(), isPolicyFirst: false };
  const counted = await setAsideSilent(root, sights, options.now);
  if (!counted.ok) return counted;
  const recorded = await changeLock(root, (now) =>
    recordSightings(now, counted.value.sightings, options),
  );
  if (!recorded.ok) return recorded;
  return success({
    evidenceLines: counted.value.evidenceLines,
    live: recorded.value.map((one): RecordedLive => {
      const { current } = one.after;
      const at = current === null ? null : liveAt(current);
      return {
        domain: one.domain,
        id: current?.id ?? null,
        live: at === null ? null : formatTime(at),
        missing: one.isLive ? null : stateOf(one),
      };
    }),
  });
}
