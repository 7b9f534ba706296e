/**
 * What the lock guards: enforce only after testing, MX changes that no sender's held policy
 * contradicts, no disappearance of a policy that somebody still enforces.
 */
import { diagnostic, type Diagnostic, type Place } from "../../diagnostics/diagnostic.ts";
import { patternCovers, patternsOverlap } from "../../mta-sts/mx-pattern.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import { isReservedName } from "../../names/reserved-name.ts";
import type { DomainConfig, YamlPath } from "../../config/site-config.ts";
import { formatSpan, formatTime, type UnixSeconds } from "../stamp.ts";
import {
  isHeld,
  policyOf,
  type EarlierInstance,
  type Instance,
  type Lock,
  type LockedDomain,
} from "./lock.ts";

/** Live days of testing that enforce needs, in seconds. */
export const testingSeconds = 14 * 86_400;

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
      readonly code: "lock/enforce-testing-not-live" | "lock/enforce-untested" | "lock/retired";
      readonly about: object;
    }
  | {
      readonly code: "lock/mx-replaced";
      readonly about: { held: readonly string[]; until: string | null };
    }
  | {
      readonly code: "lock/mx-added";
      readonly about: { patterns: readonly string[]; until: string | null; wait: string };
    }
  | {
      readonly code: "lock/mx-removed";
      readonly about: { patterns: readonly string[]; ttl: string };
    }
);

/** Judges what a declared policy would do to senders that hold an earlier one. `before` is the lock's state, `after` the one that the build would write. */
export function guardDeclared(
  config: DomainConfig,
  before: LockedDomain,
  after: LockedDomain,
  policies: Pick<Lock, "policies">,
  now: UnixSeconds,
): Guarded[] {
  const { mtaSts } = config;
  if (mtaSts === null) return [];
  const found: Guarded[] = [];
  const mode = before.current === null ? null : policyOf(policies, before.current).mode;
  if (mtaSts.policy.mode === "enforce" && mode !== "enforce" && mtaSts.skipTesting === null) {
    const gate = enforceGate(config, before, mode, now);
    if (gate !== null) found.push(gate);
  }
  if (mtaSts.policy.mx.length > 0) found.push(...guardMx(config, after, policies, now));
  if (
    mtaSts.retire &&
    after.current?.liveAt != null &&
    !after.earlier.some((e) => isHeld(e, now))
  ) {
    found.push({ config, key: ["mta-sts", "retire"], code: "lock/retired", about: {} });
  }
  return found;
}

function enforceGate(
  config: DomainConfig,
  before: LockedDomain,
  mode: string | null,
  now: UnixSeconds,
): Guarded | null {
  const at = { config, key: ["mta-sts", "mode"] };
  if (mode !== "testing") return { ...at, code: "lock/enforce-untested", about: {} };
  if (before.modeLiveAt === null) {
    return { ...at, code: "lock/enforce-testing-not-live", about: {} };
  }
  const from = before.modeLiveAt + testingSeconds;
  if (from <= now) return null;
  return { ...at, code: "lock/enforce-too-early", about: { from: formatTime(from) } };
}

/** An enforce policy that some sender may still hold. */
interface HeldPolicy {
  readonly instance: EarlierInstance;
  readonly policy: Policy;
}

function guardMx(
  config: DomainConfig,
  after: LockedDomain,
  policies: Pick<Lock, "policies">,
  now: UnixSeconds,
): Guarded[] {
  const held = after.earlier
    .filter((instance) => isHeld(instance, now))
    .map((instance): HeldPolicy => ({ instance, policy: policyOf(policies, instance) }))
    .filter(({ policy }) => policy.mode === "enforce" && policy.maxAgeSeconds > 0);
  const replaced = mxReplaced(config, held);
  if (replaced !== null) return [replaced];
  const found = [mxAdded(config, held), mxRemoved(config, after, held)];
  return found.filter((one) => one !== null);
}

/** A held policy that shares no host with the declared one: whatever host takes the mail, some sender refuses it. */
function mxReplaced(config: DomainConfig, held: readonly HeldPolicy[]): Guarded | null {
  const { mtaSts } = config;
  if (mtaSts?.policy.mode !== "enforce" || mtaSts.skipOverlap !== null) return null;
  const replaced = held.find(
    ({ policy }) =>
      !policy.mx.some((old) => declaredMx(config).some((mx) => patternsOverlap(old, mx))),
  );
  if (replaced === undefined) return null;
  const until = timeOrNull(replaced.instance.heldUntil);
  return { ...atMx(config), code: "lock/mx-replaced", about: { held: replaced.policy.mx, until } };
}

function mxAdded(config: DomainConfig, held: readonly HeldPolicy[]): Guarded | null {
  const patterns = declaredMx(config).filter((mx) =>
    held.some(({ policy }) => !policy.mx.some((old) => patternCovers(old, mx))),
  );
  if (patterns.length === 0) return null;
  const open = held.some(({ instance }) => instance.heldUntil === null);
  const until = Math.max(...held.map(({ instance }) => instance.heldUntil ?? 0));
  const waits = held.map(({ instance, policy }) => waitAfterLive(instance, policy));
  const wait = formatSpan(Math.max(...waits));
  const about = { patterns, until: open ? null : formatTime(until), wait };
  return { ...atMx(config), code: "lock/mx-added", about };
}

function mxRemoved(
  config: DomainConfig,
  after: LockedDomain,
  held: readonly HeldPolicy[],
): Guarded | null {
  // Once the new policy is live the moment for this advice is over.
  if (config.mtaSts?.policy.mode !== "enforce" || after.current?.liveAt != null) return null;
  const patterns = (held.at(-1)?.policy.mx ?? []).filter(
    (old) => !declaredMx(config).some((mx) => patternCovers(mx, old)),
  );
  if (patterns.length === 0) return null;
  const about = { patterns, ttl: formatSpan(config.ttlSeconds) };
  return { ...atMx(config), code: "lock/mx-removed", about };
}

function declaredMx(config: DomainConfig): readonly string[] {
  return config.mtaSts?.policy.mx ?? [];
}

function atMx(config: DomainConfig): Pick<Guarded, "config" | "key"> {
  return { config, key: ["mta-sts", "mx"] };
}

function waitAfterLive(instance: Instance, policy: Policy): number {
  return instance.ttlSeconds + policy.maxAgeSeconds;
}

function timeOrNull(seconds: UnixSeconds | null): string | null {
  return seconds === null ? null : formatTime(seconds);
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

/** Judges the disappearance of a domain's policy (RFC 8461 §8.3). `place` is its line in the lock or in its file. */
export function guardDeleted(
  domain: string,
  before: LockedDomain,
  policies: Pick<Lock, "policies">,
  now: UnixSeconds,
  place: () => Place,
): Diagnostic[] {
  // Examples and test names receive no mail; a fresh clone's example may simply be deleted.
  if (isReservedName(domain)) return [];
  const { current } = before;
  const held: { instance: Instance; until: UnixSeconds | null; current: boolean }[] = before.earlier
    .filter((instance) => isHeld(instance, now))
    .map((instance) => ({ instance, until: instance.heldUntil, current: false }));
  if (current !== null) held.push({ instance: current, until: null, current: true });
  const ofMode = (mode: string) =>
    held.filter(({ instance }) => {
      const policy = policyOf(policies, instance);
      return policy.mode === mode && policy.maxAgeSeconds > 0;
    });
  const enforced = ofMode("enforce");
  if (enforced.length > 0 && current !== null) {
    const open = enforced.some(({ until }) => until === null);
    const until = open ? null : formatTime(Math.max(...enforced.map((one) => one.until ?? 0)));
    const isCurrent = enforced.some((one) => one.current);
    return [diagnostic("lock/deleted-enforce", { domain, until, current: isCurrent }, place())];
  }
  if (current !== null && ofMode("testing").length > 0) {
    return [diagnostic("lock/deleted-testing", { domain }, place())];
  }
  return [];
}
