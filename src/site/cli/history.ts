/** `stspress history DOMAIN`: the instances of a domain, the hold, and the next steps. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { loadLock } from "../load/load-lock.ts";
import {
  holdOf,
  isHeld,
  policyOf,
  type EarlierInstance,
  type Hold,
  type Instance,
  type Lock,
  type LockedDomain,
} from "../lock/lock.ts";
import { suggest } from "../../config/suggest.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { formatFrom, nextStepsOf, type NextStep } from "../next-steps.ts";
import { formatSpan, formatTime } from "../stamp.ts";

/** Runs `history DOMAIN`. */
export function run(context: Context): Promise<Result<ExitCode>> {
  return Promise.resolve(printHistory(context));
}

function printHistory(context: Context): Result<ExitCode> {
  const { lock, diagnostics } = loadLock(context.root);
  if (lock === null) return failure(...diagnostics);
  const given = context.operands[0] ?? "";
  const parsed = parseDomainName(given);
  const name = parsed.ok ? parsed.value.ascii : given;
  const domain = lock.domains.get(name);
  if (domain === undefined || (domain.current === null && domain.earlier.length === 0)) {
    const suggestion = suggest(name, [...lock.domains.keys()]);
    return failure(diagnostic("lock/unknown-domain", { domain: given, suggestion }));
  }
  const history: History = {
    name,
    domain,
    lock,
    now: context.now,
    hold: holdOf(domain, context.now),
    nextSteps: nextStepsOf(name, domain, lock, context.now),
  };
  printResult(context, { json: historyJson(history), text: () => historyText(history) });
  return success(0);
}

interface History {
  readonly name: string;
  readonly domain: LockedDomain;
  readonly lock: Lock;
  readonly now: number;
  readonly hold: Hold;
  readonly nextSteps: readonly NextStep[];
}

function historyJson({ name, domain, lock, hold, nextSteps }: History): object {
  return {
    domain: name,
    hold: typeof hold === "number" ? iso(hold) : hold,
    current: domain.current === null ? null : instanceJson(lock, domain.current),
    earlier: domain.earlier.map((one) => ({
      ...instanceJson(lock, one),
      heldUntil: one.heldUntil === null ? null : iso(one.heldUntil),
    })),
    outlook: nextSteps.map(({ what, from }) => ({
      what,
      from: typeof from === "number" ? iso(from) : from,
    })),
  };
}

function historyText({ name, domain, lock, now, hold, nextSteps }: History): string {
  const lines = [name, ""];
  for (const one of domain.earlier) {
    lines.push(...describeInstance(lock, one));
    lines.push(`    ${describeHold(one, now)}`, "");
  }
  if (domain.current !== null) lines.push(...describeInstance(lock, domain.current), "");
  lines.push(
    hold === null
      ? "no sender holds an earlier policy"
      : hold === "open"
        ? "senders may hold an earlier policy; until when is known once the current one is recorded as live"
        : `senders may hold an earlier policy until ${formatTime(hold)}`,
  );
  for (const { what, from } of nextSteps) lines.push(`  ${formatFrom(from)}: ${what}`);
  return lines.map((line) => `${line}\n`).join("");
}

function describeInstance(lock: Lock, instance: Instance): string[] {
  const { mode, mx, maxAgeSeconds } = policyOf(lock, instance);
  const built = instance.builtAt === null ? "adopted" : `built ${formatTime(instance.builtAt)}`;
  const live =
    instance.liveAt === null ? "not recorded as live" : `live since ${formatTime(instance.liveAt)}`;
  return [
    `  ${instance.id}  ${mode}, max_age ${formatSpan(maxAgeSeconds)}${mx.length === 0 ? "" : `, mx ${mx.join(" ")}`}`,
    `    ${built}, ${live}`,
  ];
}

function describeHold(instance: EarlierInstance, now: number): string {
  const { heldUntil } = instance;
  if (heldUntil === null)
    return "senders may hold it; until when is known once the next policy is recorded as live";
  return isHeld(instance, now)
    ? `senders may hold it until ${formatTime(heldUntil)}`
    : `no sender has held it since ${formatTime(heldUntil)}`;
}

function instanceJson(lock: Lock, instance: Instance): object {
  const { mode, mx, maxAgeSeconds } = policyOf(lock, instance);
  return {
    id: instance.id,
    mode,
    mx,
    max_age: maxAgeSeconds,
    built: instance.builtAt === null ? null : iso(instance.builtAt),
    live: instance.liveAt === null ? null : iso(instance.liveAt),
    ttl: instance.ttlSeconds,
  };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
