/** What may be done with a domain's policy, and from when: the lock read forwards. */
import { testingSeconds } from "./lock/guard.ts";
import { holdOf, policyOf, type Lock, type LockedDomain } from "./lock/lock.ts";
import { formatTime, type UnixSeconds } from "./stamp.ts";

/** One thing that may be done. */
export interface NextStep {
  readonly what: string;
  /** UTC seconds; null: as soon as the present instance was recorded live; "now": already. */
  readonly from: UnixSeconds | "now" | null;
}

/** Says what may be done when, in the order in which it comes. */
export function nextStepsOf(
  name: string,
  domain: LockedDomain,
  lock: Pick<Lock, "policies">,
  now: UnixSeconds,
): NextStep[] {
  const { current } = domain;
  if (current === null) return [];
  const found: NextStep[] = [];
  const { mode } = policyOf(lock, current);
  const hold = holdOf(domain, now);
  if (current.liveAt === null) {
    found.push({ what: `deploy it, then run \`stspress live ${name}\``, from: "now" });
  }
  if (mode === "testing") {
    const from = domain.modeLiveAt === null ? null : domain.modeLiveAt + testingSeconds;
    found.push({ what: "declare `mode: enforce`", from: orNow(from, now) });
  }
  if (domain.earlier.length > 0 && mode !== "none") {
    const from = hold === "open" ? null : (hold ?? "now");
    found.push({ what: "point MX records at hosts that only the present policy covers", from });
  }
  if (mode === "none") {
    const from = hold === "open" || current.liveAt === null ? null : (hold ?? "now");
    found.push({ what: "remove the `_mta-sts` record, then the declaration", from });
  }
  return found;
}

function orNow(from: UnixSeconds | null, now: UnixSeconds): UnixSeconds | "now" | null {
  return from !== null && from <= now ? "now" : from;
}

/** Words the moment of a step. */
export function formatMoment(from: NextStep["from"]): string {
  if (from === "now") return "now";
  return from === null ? "only after this policy was recorded live" : `from ${formatTime(from)}`;
}
