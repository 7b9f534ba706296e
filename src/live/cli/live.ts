/** `stspress live`: looks whether what was built is served and announced, and records in the lock what it saw. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress } from "../../cli/progress.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { combine, success, type Result } from "../../diagnostics/result.ts";
import { changeLock } from "../../site/disk/change-lock.ts";
import { openLock } from "../../site/load/missing-lock.ts";
import type { Lock } from "../../site/lock/lock.ts";
import { namedDomains } from "../../site/named-domains.ts";
import { parseTime } from "../../site/stamp.ts";
import {
  isPending,
  recordSightings,
  saidSighting,
  type Recorded,
  type Sighting,
} from "../record-sightings.ts";
import { openLookSession } from "../probe/look-session.ts";
import { setAsideSilent } from "../probe/set-aside.ts";
import { readProbeOptions } from "../probe/probe-options.ts";
import { liveJson, liveText } from "./print/live-result.ts";

/** Domains at once: servers that order certificates on demand fail when many hosts are asked for at once. */
const defaultConcurrency = 10;

/** Runs `live [DOMAIN…|--all|--pending] [--no-check] [--at TIME] [--policy-first]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { options, root, now, clock } = context;
  const isChecked = options.choice("check") !== false;
  const request = readRequest(context, isChecked);
  if (!request.ok) return request;
  const opened = openLock(root);
  if (!opened.ok) return opened;
  const { lock } = opened.value;
  const chosen = chooseDomains(context, lock);
  if (!chosen.ok) return chosen;
  const { at, servedAt, announcedAt } = request.value;
  // Who names one of the two says nothing of the other.
  const both = at ?? (servedAt === null && announcedAt === null ? now : null);
  const said = { servedAt: servedAt ?? both, announcedAt: announcedAt ?? both };
  const looked = isChecked
    ? await lookAtAll(context, chosen.value, lock)
    : success(chosen.value.map((domain) => saidSighting(domain, said)));
  if (!looked.ok) return looked;
  const seen = await setAsideSilent(root, looked.value, clock());
  if (!seen.ok) return seen;
  const isPolicyFirst = options.flag("policy-first");
  // To look at many domains takes a while.
  const recorded = await changeLock(root, (present) =>
    recordSightings(present, seen.value.sightings, { now: clock(), isPolicyFirst }),
  );
  if (!recorded.ok) return recorded;
  printResult(context, {
    json: { live: recorded.value.map(liveJson) },
    text: () => liveText(recorded.value, isChecked, seen.value.evidenceLines > 0),
  });
  return success(exitCodeOf(recorded.value));
}

/** 1 while something is missing, 3 where nothing at all could be seen. */
function exitCodeOf(recorded: readonly Recorded[]): ExitCode {
  if (recorded.every(({ isLive }) => isLive)) return 0;
  return recorded.some(({ wasSeen }) => wasSeen) ? 1 : 3;
}

function readRequest({ operands, options }: Context, isChecked: boolean) {
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
  if (isSaid && isChecked) {
    return options.conflict(
      "--at, --served and --announced say what nobody looks at: they need --no-check",
      "--no-check --at 2026-11-24T09:30:00Z",
    );
  }
  return read;
}

/** The domains that were asked for, as A-labels. */
function chooseDomains({ operands, options }: Context, lock: Lock): Result<readonly string[]> {
  if (operands.length === 0) {
    const all = [...lock.domains];
    const chosen = options.flag("pending") ? all.filter(([, one]) => isPending(one, lock)) : all;
    return success(chosen.map(([name]) => name));
  }
  const known = new Set(lock.domains.keys());
  const names = namedDomains(operands, known, (about) => diagnostic("lock/unknown-domain", about));
  return names.ok ? success([...names.value]) : names;
}

async function lookAtAll(
  { io, options, clock }: Context,
  domains: readonly string[],
  lock: Lock,
): Promise<Result<readonly Sighting[]>> {
  const probe = readProbeOptions(options, "localhost", defaultConcurrency);
  if (!probe.ok) return probe;
  const opened = openLookSession(probe.value, clock);
  if (!opened.ok) return opened;
  const session = opened.value;
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
