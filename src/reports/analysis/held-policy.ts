/** `policy-string` → which of the lock's instances a sender held when it sent. */
import type { Policy } from "../../mta-sts/policy.ts";
import { dayOf, daysBetween, startOfDay } from "./days.ts";
import type { DomainFacts, LockedFact } from "./locked-facts.ts";
import type { HeldPolicy } from "./page-data.ts";
import type { PolicyTotals } from "../store/port.ts";
import { rateOf } from "./wilson.ts";

/** What senders tell of a policy; null: not told. */
interface ToldPolicy {
  readonly mode: string | null;
  readonly maxAge: string | null;
  readonly mx: ReadonlySet<string>;
}

/**
 * Reads the lines of a policy as leniently as can be: senders tell what they hold, not how it was
 * written. Of a repeated field other than `mx` the first counts.
 */
function readLines(lines: readonly string[]): ToldPolicy {
  const fields = new Map<string, string>();
  const mx = new Set<string>();
  for (const line of lines.flatMap((one) => one.split(/[\r\n]+/))) {
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "mx") mx.add(value.toLowerCase().replace(/\.$/, ""));
    else if (!fields.has(name)) fields.set(name, value.toLowerCase());
  }
  return { mode: fields.get("mode") ?? null, maxAge: fields.get("max_age") ?? null, mx };
}

/** Whether a sender that tells this may hold that policy: what it does not tell is no contradiction. */
function fits(told: ToldPolicy, policy: Policy): boolean {
  if (told.mode !== policy.mode) return false;
  if (told.maxAge !== null && Number(told.maxAge) !== policy.maxAgeSeconds) return false;
  const mx = new Set(policy.mx);
  return told.mx.size === mx.size && [...told.mx].every((pattern) => mx.has(pattern));
}

/** Sessions by the policy that the sender held; latest first. */
export function heldPolicies(totals: readonly PolicyTotals[], facts: DomainFacts): HeldPolicy[] {
  const groups = new Map<string, { one: Omit<HeldPolicy, "rate">; counts: [number, number] }>();
  for (const total of totals) {
    const told = total.type === "sts" ? readLines(total.strings) : null;
    const found = told === null ? null : instanceOf(told, facts, total.lastDay);
    const one = {
      id: found?.instance.id ?? null,
      type: total.type,
      mode: told?.mode ?? null,
      current: found?.isCurrent ?? false,
      lastDay: total.lastDay,
      remark: remarkOn(total, told, found, facts),
    };
    const key = JSON.stringify([one.id, one.type, one.mode, one.id === null ? one.remark : ""]);
    const group = groups.get(key) ?? { one, counts: [0, 0] };
    group.counts[0] += total.successes;
    group.counts[1] += total.failures;
    if (one.lastDay > group.one.lastDay) group.one = one;
    groups.set(key, group);
  }
  return [...groups.values()].map(({ one, counts: [successes, failures] }) => ({
    ...one,
    rate: rateOf(successes + failures, failures),
  }));
}

interface Found {
  readonly instance: LockedFact;
  readonly isCurrent: boolean;
  /** Unix seconds from which its successor was live; null: there is none, or it was not recorded live. */
  readonly replacedAt: number | null;
}

/**
 * The instance that fits. Of several with the same text it is the latest that was live on the last day:
 * after A → B → A nobody can tell which A a sender holds, and the latest is the kindest reading.
 */
function instanceOf(told: ToldPolicy, facts: DomainFacts, lastDay: string): Found | null {
  const all = [...facts.earlier, ...(facts.current === null ? [] : [facts.current])];
  const end = startOfDay(lastDay) + 86_400;
  const fitting = all.filter(({ policy }) => fits(told, policy));
  const instance =
    fitting.findLast(({ liveAt }) => liveAt !== null && liveAt < end) ?? fitting.at(-1);
  if (instance === undefined) return null;
  const successor = all[all.indexOf(instance) + 1];
  return {
    instance,
    isCurrent: instance === facts.current,
    replacedAt: successor?.liveAt ?? null,
  };
}

function remarkOn(
  { type, lastDay }: PolicyTotals,
  told: ToldPolicy | null,
  found: Found | null,
  facts: DomainFacts,
): string {
  if (type === "no-policy-found") {
    const liveAt = facts.current?.liveAt ?? null;
    return liveAt !== null && dayOf(liveAt) < lastDay
      ? "found no policy although one was live"
      : "";
  }
  if (told === null) return "";
  if (found === null) {
    return facts.current === null && facts.earlier.length === 0
      ? ""
      : "a policy that stspress.lock does not know";
  }
  if (found.replacedAt === null) return "";
  const days = daysBetween(dayOf(found.replacedAt), lastDay);
  return days < 1 ? "" : `still on the policy of ${String(days)} day${days === 1 ? "" : "s"} ago`;
}
