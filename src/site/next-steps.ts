/** What the user may do next with a domain's policy, and from when: the timeline read forwards. */
import { objectionsToEnforce, uncoveredHosts } from "./evidence/evidence-guard.ts";
import { nothingKnown, type EvidenceSummary } from "./evidence/site-evidence.ts";
import { holdOf } from "./lock/hold.ts";
import { liveAt, policyOf, type Instance, type LockedDomain, type Policies } from "./lock/lock.ts";
import { publicationOf } from "./lock/publication.ts";
import { testedSince, testingSeconds } from "./lock/testing.ts";
import { formatTime, type UnixSeconds } from "./stamp.ts";

export interface NextStep {
  readonly what: string;
  /** Unix seconds; "now"; null: not known before the current instance is recorded as live. */
  readonly from: UnixSeconds | "now" | null;
  /** What speaks against the step, whenever it is taken: one line; null: nothing. */
  readonly because: string | null;
}

/** The next steps of a domain, in the order in which they are taken. */
export function nextStepsOf(
  name: string,
  domain: LockedDomain,
  lock: Policies,
  now: UnixSeconds,
  evidence: EvidenceSummary = nothingKnown,
): NextStep[] {
  const { current } = domain;
  if (current === null) return [];
  const found = publishing(name, domain, current, lock);
  const { mode, mx } = policyOf(lock, current);
  const hold = holdOf(domain, lock, now);
  if (mode === "testing") {
    const since = testedSince(domain, mx, lock);
    const from = since === null || liveAt(current) === null ? null : since + testingSeconds;
    const because = objectionIn(evidence, mx, now);
    found.push({ what: "set `mode: enforce`", from: orNow(from, now), because });
  }
  if (domain.earlier.length > 0 && mode !== "none") {
    const from = hold === "open" ? null : (hold ?? "now");
    found.push({
      what: "point MX records at hosts that only the current policy covers",
      from,
      because: null,
    });
  }
  if (mode === "none") {
    const from = hold === "open" || liveAt(current) === null ? null : (hold ?? "now");
    found.push({
      what: "remove the `_mta-sts` record, then the domain from `domains/`",
      from,
      because: null,
    });
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
  const step = (what: string): NextStep[] => [{ what, from: "now", because: null }];
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

/** What audits and reports say against enforce, in one line; null: nothing. */
function objectionIn(
  evidence: EvidenceSummary,
  mx: readonly string[],
  now: UnixSeconds,
): string | null {
  const [first] = [...objectionsToEnforce(evidence), ...uncoveredHosts(evidence, mx, null, now)];
  switch (first?.code) {
    case undefined:
      return null;
    case "evidence/audit-no":
      return `the audit of ${first.about.at} says no: ${first.about.reason}`;
    case "evidence/reports-failing":
      return `${count(first.about.failures)} of ${count(first.about.sessions)} sessions failed, say the reports`;
    case "evidence/mx-uncovered":
      return `no pattern covers ${first.about.hosts.slice(0, 5).join(", ")}, which the MX records have`;
  }
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** From when a step may be taken, for people. */
export function formatFrom({ from, because }: Pick<NextStep, "from" | "because">): string {
  if (because !== null) return `not while ${because}`;
  if (from === "now") return "now";
  return from === null ? "not before this policy is recorded as live" : `from ${formatTime(from)}`;
}
