/** `stspress live`: records that a policy is deployed. From then on testing counts, and the hold of the policy before it has an end. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { changeLock, type LockChange } from "../disk/change-lock.ts";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { holdOf, type Hold } from "../lock/hold.ts";
import { latestTime } from "../lock/latest-time.ts";
import { liveAt, policyOf, type Lock, type LockedDomain } from "../lock/lock.ts";
import { recordSaid } from "../lock/record-look.ts";
import { testedSince, testingSeconds } from "../lock/testing.ts";
import { formatTime, parseTime } from "../stamp.ts";

interface Recorded {
  readonly domain: string;
  readonly id: string;
  readonly mode: string;
  readonly liveAt: number;
  /** Whether this call recorded it; false: it was recorded before. */
  readonly isNew: boolean;
  readonly hold: Hold;
  /** From when `mode: enforce` may be set; null: not in testing. */
  readonly enforceFrom: number | null;
}

/** Runs `live [DOMAIN…|--all] [--at TIME]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { operands, options, root, now } = context;
  if ((operands.length === 0) === !options.flag("all")) {
    return options.conflict(
      "name the domains that are live, or give --all for every domain in the lock, not both",
      "example.com",
    );
  }
  const at = options.parsed("at", parseTime, "a time", "2026-11-24T09:30:00Z");
  if (!at.ok) return at;
  const asked = options.flag("all") ? null : operands;
  const done = await changeLock(root, (lock) => recordAll(lock, asked, at.value ?? now, now));
  if (!done.ok) return done;
  printResult(context, {
    json: { live: done.value.map(toJson) },
    text: () => done.value.map(describeRecorded).join(""),
  });
  return success(0);
}

function recordAll(
  lock: Lock,
  asked: readonly string[] | null,
  at: number,
  now: number,
): Result<LockChange<readonly Recorded[]>> {
  const refused: Diagnostic[] = [];
  const recorded: Recorded[] = [];
  const domains = new Map(lock.domains);
  const withPolicy = [...lock.domains].filter(([, one]) => one.current !== null);
  const names = asked ?? withPolicy.map(([name]) => name);
  for (const given of names) {
    const parsed = parseDomainName(given);
    const name = parsed.ok ? parsed.value.ascii : given;
    const before = lock.domains.get(name);
    if (before?.current == null) {
      const suggestion = suggest(
        name,
        withPolicy.map(([known]) => known),
      );
      refused.push(diagnostic("lock/unknown-domain", { domain: given, suggestion }));
      continue;
    }
    const isNew = liveAt(before.current) === null;
    const detail = isNew ? impossible(before, at, now) : null;
    if (detail !== null) {
      refused.push(diagnostic("lock/live-time", { domain: name, detail }));
      continue;
    }
    const after = isNew ? recordSaid(before, { servedAt: at, announcedAt: at }, lock) : before;
    domains.set(name, after);
    recorded.push(summarize(lock, name, after, isNew, at, now));
  }
  if (refused.length > 0) return failure(...refused);
  return success({ lock: { ...lock, domains }, result: recorded });
}

/** Builds within one second are given ids a few seconds ahead; more than that is a mistake. */
const toleratedSeconds = 60;

function impossible(domain: LockedDomain, at: number, now: number): string | null {
  if (at > now) return `${formatTime(at)} is in the future`;
  const latest = latestTime(domain);
  if (latest !== null && at < latest - toleratedSeconds) {
    return `the lock records something of it at ${formatTime(latest)}, after ${formatTime(at)}`;
  }
  return null;
}

function summarize(
  lock: Lock,
  domain: string,
  after: LockedDomain,
  isNew: boolean,
  at: number,
  now: number,
): Recorded {
  const current = after.current;
  if (current === null) throw new Error(`${domain} lost its instance`);
  const { mode, mx } = policyOf(lock, current);
  return {
    domain,
    id: current.id,
    mode,
    liveAt: liveAt(current) ?? at,
    isNew,
    hold: holdOf(after, lock, now),
    enforceFrom: mode === "testing" ? (testedSince(after, mx, lock) ?? at) + testingSeconds : null,
  };
}

function describeRecorded(one: Recorded): string {
  const lines = [
    `${one.domain}: ${one.mode} policy ${one.id} ${one.isNew ? "is live since" : "was already recorded as live at"} ${formatTime(one.liveAt)}`,
  ];
  if (one.enforceFrom !== null) {
    lines.push(`  you may set \`mode: enforce\` from ${formatTime(one.enforceFrom)}`);
  }
  if (typeof one.hold === "number") {
    lines.push(`  senders may hold an earlier policy until ${formatTime(one.hold)}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function toJson(one: Recorded): object {
  return {
    domain: one.domain,
    id: one.id,
    mode: one.mode,
    live: isoOrNull(one.liveAt),
    recorded: one.isNew,
    hold: typeof one.hold === "number" ? isoOrNull(one.hold) : one.hold,
    enforceFrom: isoOrNull(one.enforceFrom),
  };
}

function isoOrNull(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
