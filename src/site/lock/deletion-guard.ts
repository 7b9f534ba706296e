/** Judges the disappearance of a domain's policy while senders may hold it. */
import { diagnostic, type Diagnostic, type Place } from "../../diagnostics/diagnostic.ts";
import { isReservedName } from "../../names/reserved-name.ts";
import { formatTime, type UnixSeconds } from "../stamp.ts";
import { heldInstances, heldUntil } from "./hold.ts";
import { policyOf, type Instance, type LockedDomain, type Policies } from "./lock.ts";

/** Judges it. `place` is the domain's line in the lock or in its file. @see RFC 8461 §8.3 */
export function guardDeleted(
  domain: string,
  before: LockedDomain,
  lock: Policies,
  now: UnixSeconds,
  place: () => Place,
): Diagnostic[] {
  const { current } = before;
  // Examples and test names receive no mail; a fresh clone's example may simply be deleted.
  if (current === null || isReservedName(domain)) return [];
  const isOf = (mode: string) => (instance: Instance) => policyOf(lock, instance).mode === mode;
  const held = heldInstances(before, lock, now);
  const isCurrent = isOf("enforce")(current);
  const enforced = held.filter(isOf("enforce"));
  if (isCurrent || enforced.length > 0) {
    const ends = enforced.map((one) => heldUntil(before, one, lock));
    const isOpen = isCurrent || ends.includes(null);
    const until = isOpen ? null : formatTime(Math.max(...ends.map((end) => end ?? 0)));
    return [diagnostic("lock/deleted-enforce", { domain, until, current: isCurrent }, place())];
  }
  if (isOf("testing")(current) || held.some(isOf("testing"))) {
    return [diagnostic("lock/deleted-testing", { domain }, place())];
  }
  return [];
}
