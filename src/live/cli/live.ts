/** `stspress live`: looks whether what was built is served and announced, and records in the lock what it saw. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress } from "../../cli/progress.ts";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { changeLock } from "../../site/disk/change-lock.ts";
import { loadLock } from "../../site/load/load-lock.ts";
import { missingLock } from "../../site/load/missing-lock.ts";
import type { Lock } from "../../site/lock/lock.ts";
import { parseTime } from "../../site/stamp.ts";
import {
  isPending,
  recordSightings,
  saidSighting,
  type Recorded,
  type Sighting,
} from "../record-sightings.ts";
import { openLookSession, type LookSession } from "../probe/look-session.ts";
import { readProbeOptions } from "../probe/probe-options.ts";
import { liveJson, liveText } from "./print/live-result.ts";

/** Domains at once: servers that order certificates on demand fail when many hosts are asked for at once. */
const defaultConcurrency = 10;

/** Runs `live [DOMAIN…|--all|--pending] [--no-check] [--at TIME] [--policy-first]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { options, root, now } = context;
  const request = readRequest(context);
  if (!request.ok) return request;
  const chosen = chooseDomains(context);
  if (!chosen.ok) return chosen;
  const { at, servedAt, announcedAt } = request.value;
  const sights =
    options.choice("check") !== false
      ? await lookAtAll(context, chosen.value)
      : success(
          chosen.value.map((domain) =>
            saidSighting(domain, servedAt ?? at ?? now, announcedAt ?? at ?? now),
          ),
        );
  if (!sights.ok) return sights;
  const isPolicyFirst = options.flag("policy-first");
  const recorded = await changeLock(root, (lock) =>
    recordSightings(lock, sights.value, { now, isPolicyFirst }),
  );
  if (!recorded.ok) return recorded;
  printResult(context, {
    json: { live: recorded.value.map(liveJson) },
    text: () => liveText(recorded.value, options.choice("check") !== false),
  });
  return success(exitCodeOf(recorded.value));
}

/** 1 while something is missing, 3 where nothing at all could be seen. */
function exitCodeOf(recorded: readonly Recorded[]): ExitCode {
  if (recorded.every(({ isLive }) => isLive)) return 0;
  return recorded.some(({ wasSeen }) => wasSeen) ? 1 : 3;
}

function readRequest(context: Context) {
  const { operands, options } = context;
  const ways = [operands.length > 0, options.flag("all"), options.flag("pending")];
  if (ways.filter(Boolean).length !== 1) {
    return options.conflict(
      "name the domains, or say --pending for those that are not live yet, or --all; one of the three",
      "--pending",
    );
  }
  const time = (name: string) => options.parsed(name, parseTime, "a time", "2026-11-24T09:30:00Z");
  const read = combine({
    at: time("at"),
    servedAt: time("served"),
    announcedAt: time("announced"),
  });
  if (!read.ok) return read;
  const isSaid = Object.values(read.value).some((one) => one !== null);
  if (isSaid && options.choice("check") !== false) {
    return options.conflict(
      "--at, --served and --announced say what nobody looks at: they need --no-check",
      "--no-check --at 2026-11-24T09:30:00Z",
    );
  }
  return read;
}

/** The domains that were asked for, as A-labels. */
function chooseDomains({ operands, options, root }: Context): Result<readonly string[]> {
  const { lock, text, diagnostics } = loadLock(root);
  if (lock === null) return failure(...diagnostics);
  const missing = text === null ? missingLock(root) : null;
  if (missing !== null) return failure(missing);
  if (operands.length === 0) {
    const all = [...lock.domains];
    const chosen = options.flag("pending") ? all.filter(([, one]) => isPending(one, lock)) : all;
    return success(chosen.map(([name]) => name));
  }
  return namedDomains(operands, lock);
}

function namedDomains(operands: readonly string[], lock: Lock): Result<readonly string[]> {
  const refused: Diagnostic[] = [];
  const names = operands.map((given) => {
    const parsed = parseDomainName(given);
    const name = parsed.ok ? parsed.value.ascii : given;
    if (!lock.domains.has(name)) {
      const suggestion = suggest(name, [...lock.domains.keys()]);
      refused.push(diagnostic("lock/unknown-domain", { domain: given, suggestion }));
    }
    return name;
  });
  return refused.length > 0 ? failure(...refused) : success([...new Set(names)]);
}

async function lookAtAll(
  context: Context,
  domains: readonly string[],
): Promise<Result<readonly Sighting[]>> {
  const { io, options, clock, root } = context;
  const probe = readProbeOptions(options, "localhost", defaultConcurrency);
  if (!probe.ok) return probe;
  const { lock, diagnostics } = loadLock(root);
  if (lock === null) return failure(...diagnostics);
  const opened = openLookSession(probe.value, clock);
  if (!opened.ok) return opened;
  const session: LookSession = opened.value;
  const progress = await startProgress(io);
  try {
    return success(
      await session.lookAt(domains, lock, (done, total) => {
        progress.show("looking", done, total);
      }),
    );
  } finally {
    progress.end();
    session.close();
  }
}
