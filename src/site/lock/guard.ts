/**
 * What the lock guards: enforce only after testing, MX changes that no sender's held policy
 * contradicts, no disappearance of a policy that somebody still enforces.
 */
import { diagnostic, type Diagnostic, type Place } from "../../diagnostics/diagnostic.ts";
import type { DomainConfig, YamlPath } from "../../config/site-config.ts";
import { objectionsToEnforce, uncoveredHosts, type Objection } from "../evidence/evidence-guard.ts";
import { nothingKnown, type EvidenceSummary } from "../evidence/site-evidence.ts";
import { formatTime, type UnixSeconds } from "../stamp.ts";
import { heldInstances } from "./hold.ts";
import { lastLive, testedSince, testingSeconds, untestedSince, wasNoneSince } from "./testing.ts";
import { liveAt, policyOf, type LockedDomain, type Policies } from "./lock.ts";
import { guardMx, type MxGuarded } from "./mx-guard.ts";

/** Finds the place of a key in a file that was declared; asked only when there is something to say. */
export type Locate = (file: string, path: YamlPath) => Place;

/**
 * A finding about one declared domain, not yet worded: 20,000 domains of one file that share a
 * profile are one diagnostic, about the first of them "and 19,999 others".
 */
export type Guarded = {
  readonly config: DomainConfig;
  /** Keys below the file's top, tried before the domain's own name. */
  readonly key: YamlPath;
} & (
  | { readonly code: "lock/enforce-too-early"; readonly about: { from: string } }
  | {
      readonly code:
        "lock/enforce-testing-not-live" | "lock/enforce-untested" | "lock/retired" | "lock/spoiled";
      readonly about: object;
    }
  | {
      readonly code: "lock/enforce-untested-patterns";
      readonly about: { patterns: readonly string[]; from: string };
    }
  | MxGuarded
  | Objection
);

/** What a guard judges an edit by. */
export interface GuardedState {
  /** What the lock says before the build. */
  readonly before: LockedDomain;
  /** What it would say after it. */
  readonly after: LockedDomain;
  /** What was seen from outside; undefined: nothing. */
  readonly evidence: EvidenceSummary | undefined;
}

/** Judges what a declared policy would do to senders that hold an earlier one. */
export function guardDeclared(
  config: DomainConfig,
  { before, after, evidence = nothingKnown }: GuardedState,
  lock: Policies,
  now: UnixSeconds,
): Guarded[] {
  const { mtaSts } = config;
  if (mtaSts === null) return [];
  const found: Guarded[] = [];
  if (mtaSts.policy.mode === "enforce" && mtaSts.skipTesting === null) {
    const gate = enforceGate(config, before, mtaSts.policy.mx, lock, now);
    if (gate !== null) found.push(gate);
  }
  if (mtaSts.policy.mode === "enforce" && mtaSts.skipEvidence === null) {
    found.push(...againstEnforce(config, mtaSts.policy.mx, before, evidence, lock, now));
  }
  const held = heldInstances(after, lock, now);
  for (const one of guardMx(config, after, held, lock)) {
    found.push({ config, key: ["mta-sts", "mx"], ...one });
  }
  if (before.current?.isSpoiled === true) {
    found.push({ config, key: ["mta-sts"], code: "lock/spoiled", about: {} });
  }
  if (
    mtaSts.retire &&
    after.current !== null &&
    liveAt(after.current) !== null &&
    held.length === 0
  )
    found.push({ config, key: ["mta-sts", "retire"], code: "lock/retired", about: {} });
  return found;
}

/** What audits and reports say against enforce; while enforce is live, only a host that loses its pattern is news. */
function againstEnforce(
  config: DomainConfig,
  mx: readonly string[],
  before: LockedDomain,
  evidence: EvidenceSummary,
  lock: Policies,
  now: UnixSeconds,
): Guarded[] {
  const live = lastLive(before);
  const policy = live === null ? null : policyOf(lock, live);
  const enforced = policy?.mode === "enforce" ? policy : null;
  const objections = enforced === null ? objectionsToEnforce(evidence) : [];
  return [
    ...objections.map((one) => ({ config, key: ["mta-sts", "mode"], ...one })),
    ...uncoveredHosts(evidence, mx, enforced, now).map((one) => ({
      config,
      key: ["mta-sts", "mx"],
      ...one,
    })),
  ];
}

/**
 * Enforce needs days of testing that were live, with these patterns, unless enforce is what is live. What was
 * only built does not count: neither a testing policy nor one that skipped the testing.
 */
function enforceGate(
  config: DomainConfig,
  before: LockedDomain,
  mx: readonly string[],
  lock: Policies,
  now: UnixSeconds,
): Guarded | null {
  const at = { config, key: ["mta-sts", "mode"] };
  const live = lastLive(before);
  const policy = live === null ? null : policyOf(lock, live);
  if (policy?.mode === "enforce") return null;
  const isTesting =
    live !== null && policy?.mode === "testing" && !wasNoneSince(before, live, lock);
  if (!isTesting) {
    const isBuilt = before.current !== null && policyOf(lock, before.current).mode === "testing";
    const code = isBuilt ? "lock/enforce-testing-not-live" : "lock/enforce-untested";
    return { ...at, code, about: {} };
  }
  const patterns = untestedSince(before, live, mx, lock);
  if (patterns.length > 0) {
    const from = formatTime(now + testingSeconds);
    return { ...at, code: "lock/enforce-untested-patterns", about: { patterns, from } };
  }
  const from = (testedSince(before, mx, lock) ?? now) + testingSeconds;
  if (from <= now) return null;
  return { ...at, code: "lock/enforce-too-early", about: { from: formatTime(from) } };
}

/** Words findings: those that differ only in the domain, in one file, become one diagnostic. */
export function wordGuarded(found: readonly Guarded[], locate: Locate): Diagnostic[] {
  const groups = new Map<string, Guarded[]>();
  for (const one of found) {
    const key = JSON.stringify([one.config.declaration.file, one.code, one.about]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    const { file, path } = first.config.declaration;
    const place = rest.length === 0 ? locate(file, first.key) : locate(file, path);
    const args = { ...first.about, domain: first.config.domain, others: rest.length };
    // The pair of code and about was checked where it was made.
    return [diagnostic(first.code, args as never, place)];
  });
}
