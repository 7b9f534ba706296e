/** What the user may do next with a domain's policy, and from when: the timeline read forwards. */
import { holdOf } from "./lock/hold.ts";
import { liveAt, policyOf, type Instance, type LockedDomain, type Policies } from "./lock/lock.ts";
import { publicationOf } from "./lock/publication.ts";
import { testedSince, testingSeconds } from "./lock/testing.ts";
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
  lock: Policies,
  now: UnixSeconds,
): NextStep[] {
  const { current } = domain;
  if (current === null) return [];
  const found = publishing(name, domain, current, lock);
  const { mode, mx } = policyOf(lock, current);
  const hold = holdOf(domain, lock, now);
  if (mode === "testing") {
    const since = testedSince(domain, mx, lock);
    const from = since === null || liveAt(current) === null ? null : since + testingSeconds;
    found.push({ what: "set `mode: enforce`", from: orNow(from, now) });
  }
  if (domain.earlier.length > 0 && mode !== "none") {
    const from = hold === "open" ? null : (hold ?? "now");
    found.push({ what: "point MX records at hosts that only the current policy covers", from });
  }
  if (mode === "none") {
    const from = hold === "open" || liveAt(current) === null ? null : (hold ?? "now");
    found.push({ what: "remove the `_mta-sts` record, then the domain from `domains/`", from });
  }
  return found;
}

/** What is missing until the present instance is live, and known to be. */
function publishing(
  name: string,
  domain: LockedDomain,
  current: Instance,
  lock: Policies,
): NextStep[] {
  const step = (what: string): NextStep[] => [{ what, from: "now" }];
  switch (publicationOf(current, domain, lock)) {
    case "spoiled":
      return step("build again: the build gives a new id, which ends the hold");
    case "not-served":
      return step(`deploy it, then run \`stspress live ${name}\``);
    case "not-announced":
      return step(`publish its DNS records, then run \`stspress live ${name}\``);
    case "unordered":
      return step(
        `end the hold of the earlier policy with a new id (\`stspress build --new-id ${name}\`), or say \`stspress live --policy-first ${name}\` if the policy was served before its id was announced`,
      );
    case "live":
      return [];
  }
}

function orNow(from: UnixSeconds | null, now: UnixSeconds): UnixSeconds | "now" | null {
  return from !== null && from <= now ? "now" : from;
}

/** From when a step may be taken, for people. */
export function formatFrom(from: NextStep["from"]): string {
  if (from === "now") return "now";
  return from === null ? "not before this policy is recorded as live" : `from ${formatTime(from)}`;
}
