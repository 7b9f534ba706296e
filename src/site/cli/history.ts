/** `stspress history DOMAIN`: the instances of a domain, the hold, and the next steps. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { loadEvidence } from "../load/load-evidence.ts";
import { openLock } from "../load/missing-lock.ts";
import { heldUntil, holdOf, type Hold } from "../lock/hold.ts";
import {
  liveAt,
  policyOf,
  type EarlierInstance,
  type Instance,
  type Lock,
  type LockedDomain,
} from "../lock/lock.ts";
import { isInOrder } from "../lock/record-look.ts";
import { suggest } from "../../config/suggest.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { formatFrom, nextStepsOf, type NextStep } from "../next-steps.ts";
import { formatSpan, formatTime, isoTime, isoTimeOrNull } from "../stamp.ts";

/** Runs `history DOMAIN`. */
export function run(context: Context): Promise<Result<ExitCode>> {
  return Promise.resolve(printHistory(context));
}

function printHistory(context: Context): Result<ExitCode> {
  const opened = openLock(context.root);
  if (!opened.ok) return opened;
  const { lock } = opened.value;
  const { evidence, diagnostics } = loadEvidence(context.root);
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
    hold: holdOf(domain, lock, context.now),
    nextSteps: nextStepsOf(name, domain, lock, context.now, evidence.get(name)),
  };
  const text = () => historyText(history);
  printResult(context, { diagnostics, json: historyJson(history), text });
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
    hold: typeof hold === "number" ? isoTime(hold) : hold,
    current: domain.current === null ? null : instanceJson(lock, domain.current),
    earlier: domain.earlier.map((one) => ({
      ...instanceJson(lock, one),
      servedUntil: isoTimeOrNull(one.servedUntil),
      announcedUntil: isoTimeOrNull(one.announcedUntil),
      heldUntil: isoTimeOrNull(heldUntil(domain, one, lock)),
    })),
    outlook: nextSteps.map(({ what, from, because }) => ({
      what,
      because,
      from: typeof from === "number" ? isoTime(from) : from,
    })),
  };
}

function historyText({ name, domain, lock, now, hold, nextSteps }: History): string {
  const lines = [name, ""];
  for (const one of domain.earlier) {
    const until = heldUntil(domain, one, lock);
    lines.push(...describeInstance(lock, one), `    ${describeHold(one, until, now)}`, "");
  }
  if (domain.current !== null) lines.push(...describeInstance(lock, domain.current), "");
  lines.push(
    hold === null
      ? "no sender holds an earlier policy"
      : hold === "open"
        ? "senders may hold an earlier policy; until when is not known yet"
        : `senders may hold an earlier policy until ${formatTime(hold)}`,
  );
  for (const step of nextSteps) lines.push(`  ${formatFrom(step)}: ${step.what}`);
  return lines.map((line) => `${line}\n`).join("");
}

function describeInstance(lock: Lock, instance: Instance): string[] {
  const { mode, mx, maxAgeSeconds } = policyOf(lock, instance);
  const { builtAt, servedAt, announcedAt, isSaid, isPolicyFirst, isSpoiled } = instance;
  const facts = [
    builtAt === null ? "adopted" : `built ${formatTime(builtAt)}`,
    servedAt === null ? "not seen served" : `served since ${formatTime(servedAt)}`,
    announcedAt === null ? "not seen announced" : `announced since ${formatTime(announcedAt)}`,
  ];
  return [
    `  ${instance.id}  ${mode}, max_age ${formatSpan(maxAgeSeconds)}${mx.length === 0 ? "" : `, mx ${mx.join(" ")}`}`,
    `    ${facts.join(", ")}${isSaid ? " (as said, not seen)" : ""}`,
    ...(isPolicyFirst ? [] : orderOf(instance)),
    ...(isSpoiled
      ? [
          "    spoiled: it was announced while an earlier policy was still served, which senders may hold under this id",
        ]
      : []),
  ];
}

/** Senders that came between the announcement and the policy hold the earlier one under this id. */
function orderOf(instance: Instance): string[] {
  const { servedAt, announcedAt, isSpoiled } = instance;
  if (servedAt === null || announcedAt === null || isSpoiled || isInOrder(instance)) return [];
  return ["    served and announced were seen in one look: which came first is not known"];
}

function describeHold(instance: EarlierInstance, until: number | null, now: number): string {
  if (until === null) {
    const missing = [
      instance.servedUntil === null ? "that no address serves it any more" : null,
      instance.announcedUntil === null
        ? "that a later id was announced after its policy was served"
        : null,
    ].filter((one) => one !== null);
    return `senders may hold it; it is not recorded ${missing.join(", and ")}`;
  }
  return until > now
    ? `senders may hold it until ${formatTime(until)}`
    : `no sender has held it since ${formatTime(until)}`;
}

function instanceJson(lock: Lock, instance: Instance): object {
  const { mode, mx, maxAgeSeconds } = policyOf(lock, instance);
  return {
    id: instance.id,
    mode,
    mx,
    max_age: maxAgeSeconds,
    built: isoTimeOrNull(instance.builtAt),
    served: isoTimeOrNull(instance.servedAt),
    announced: isoTimeOrNull(instance.announcedAt),
    live: isoTimeOrNull(liveAt(instance)),
    said: instance.isSaid,
    spoiled: instance.isSpoiled,
    ttl: instance.ttlSeconds,
  };
}
