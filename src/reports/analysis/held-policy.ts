/** `policy-string` → which instance in the lock a sender held. */
import type { Policy } from "../../mta-sts/policy.ts";
import { dayOf, daysBetween, startOfDay } from "./days.ts";
import type { DomainFacts, LockedFact } from "./locked-facts.ts";
import type { HeldPolicy } from "./page-data.ts";
import type { PolicyTotals } from "../store/port.ts";
import { rateOf } from "./wilson.ts";

/** A policy as a sender reports it; null: not given. */
interface ReportedText {
  readonly mode: string | null;
  readonly maxAge: string | null;
  readonly mx: ReadonlySet<string>;
}

/** Parses the lines of a policy leniently. If a field other than `mx` is repeated, the first one counts. */
function readLines(lines: readonly string[]): ReportedText {
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

/** Whether a sender that reports this may hold that policy. Missing fields do not contradict. */
function fits(reported: ReportedText, policy: Policy): boolean {
  if (reported.mode !== policy.mode) return false;
  if (reported.maxAge !== null && Number(reported.maxAge) !== policy.maxAgeSeconds) return false;
  const mx = new Set(policy.mx);
  return reported.mx.size === mx.size && [...reported.mx].every((pattern) => mx.has(pattern));
}

/** Sessions by the policy that the sender held. */
export function heldPolicies(totals: readonly PolicyTotals[], facts: DomainFacts): HeldPolicy[] {
  const groups = new Map<string, { one: Omit<HeldPolicy, "rate">; counts: [number, number] }>();
  for (const total of totals) {
    const reported = total.type === "sts" ? readLines(total.strings) : null;
    const found = reported === null ? null : instanceOf(reported, facts, total.lastDay);
    const one = {
      id: found?.instance.id ?? null,
      type: total.type,
      mode: reported?.mode ?? null,
      current: found?.isCurrent ?? false,
      lastDay: total.lastDay,
      remark: remarkOn(total, reported, found, facts),
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
  /** When its successor went live, Unix seconds; null: there is none, or it is not recorded live. */
  readonly replacedAt: number | null;
}

/**
 * The instance that fits. Of several with the same text, the latest that was live on the last day: after
 * A → B → A it is unknown which A a sender holds.
 */
function instanceOf(reported: ReportedText, facts: DomainFacts, lastDay: string): Found | null {
  const all = [...facts.earlier, ...(facts.current === null ? [] : [facts.current])];
  const end = startOfDay(lastDay) + 86_400;
  const fitting = all.filter(({ policy }) => fits(reported, policy));
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
  reported: ReportedText | null,
  found: Found | null,
  facts: DomainFacts,
): string {
  if (type === "no-policy-found") {
    const liveAt = facts.current?.liveAt ?? null;
    return liveAt !== null && dayOf(liveAt) < lastDay
      ? "no policy found although one was live"
      : "";
  }
  if (reported === null) return "";
  if (found === null) {
    return facts.current === null && facts.earlier.length === 0 ? "" : "not in stspress.lock";
  }
  if (found.replacedAt === null) return "";
  const days = daysBetween(dayOf(found.replacedAt), lastDay);
  return days < 1
    ? ""
    : `still used ${String(days)} day${days === 1 ? "" : "s"} after it was replaced`;
}
