/** Records in the lock what an audit saw live, as `stspress live` does without an audit. */
import type { LiveInstance } from "../live-instance.ts";
import { success, type Result } from "../../diagnostics/result.ts";
import { liveAt } from "../../site/lock/lock.ts";
import { recordSeenLive } from "../../site/lock/record-look.ts";
import { formatTime } from "../../site/stamp.ts";
import { changeLock } from "../../site/disk/change-lock.ts";

export interface RecordedLive {
  readonly domain: string;
  readonly id: string;
  readonly live: string;
}

/** Records the instances that were not recorded yet; gives those, by domain. */
export async function recordObserved(
  root: string,
  seen: readonly LiveInstance[],
): Promise<Result<readonly RecordedLive[]>> {
  if (seen.length === 0) return success([]);
  return changeLock(root, (lock) => {
    const domains = new Map(lock.domains);
    const recorded: RecordedLive[] = [];
    for (const { domain, id, seenAt, ttlSeconds } of seen) {
      const before = domains.get(domain);
      // There may have been a build since the audit looked.
      if (before?.current?.id !== id || liveAt(before.current) !== null) continue;
      const after = recordSeenLive(before, { at: seenAt, ttlSeconds }, lock);
      domains.set(domain, after);
      recorded.push({ domain, id, live: formatTime(seenAt) });
    }
    recorded.sort((a, b) => (a.domain < b.domain ? -1 : 1));
    return success({ lock: { ...lock, domains }, result: recorded });
  });
}
