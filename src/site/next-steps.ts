/** What the user may do next with a domain's policy, and from when. */
import { testingSeconds } from "./lock/guard.ts";
import { holdOf, policyOf, type Lock, type LockedDomain } from "./lock/lock.ts";
import { formatTime, type UnixSeconds } from "./stamp.ts";

export interface NextStep {
  readonly what: string;
  /** Unix seconds; "now"; null: not known before the current instance is recorded as live. */
  readonly from: UnixSeconds | "now" | null;
}

/** The next steps of a domain, in the order in which they are taken. */
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
    found.push({ what: "set `mode: enforce`", from: orNow(from, now) });
  }
  if (domain.earlier.length > 0 && mode !== "none") {
    const from = hold === "open" ? null : (hold ?? "now");
    found.push({ what: "point MX records at hosts that only the current policy covers", from });
  }
  if (mode === "none") {
    const from = hold === "open" || current.liveAt === null ? null : (hold ?? "now");
    found.push({ what: "remove the `_mta-sts` record, then the domain from `domains/`", from });
  }
  return found;
}

function orNow(from: UnixSeconds | null, now: UnixSeconds): UnixSeconds | "now" | null {
  return from !== null && from <= now ? "now" : from;
}

/** From when a step may be taken, for people. */
export function formatFrom(from: NextStep["from"]): string {
  if (from === "now") return "now";
  return from === null ? "not before this policy is recorded as live" : `from ${formatTime(from)}`;
}
