/** `stspress records`: the DNS records, in the conventions of the tool that publishes them. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { hasErrors, printDiagnostics } from "../../cli/output.ts";
import { readOperand } from "../../cli/read-operand.ts";
import { diagnostic, locate } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { changedRecords, recordsToPublish } from "../changed-records.ts";
import { previousLock } from "../load/missing-lock.ts";
import type { DnsRecord } from "../dns-record.ts";
import { loadPlanAlone } from "../load/load-site.ts";
import { readSiteFile } from "../load/site-files.ts";
import { parseLock } from "../lock/lock-text.ts";
import type { Lock } from "../lock/lock.ts";
import { recordsOfLocked, recordsOfPlanned, type SitePlan } from "../plan.ts";
import { namedDomains } from "../named-domains.ts";
import { ofStep, pendingOfSite, type Pending, type StepName } from "../pending.ts";
import { recordFormats, type RecordFormatName } from "../record-formats/formats.ts";

/** Runs `records [DOMAIN…] [--changed] [--since FILE] --format …`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { root, now, options, operands, io } = context;
  const format = options.flag("json") ? "json" : (options.text("format") ?? "zone");
  const print = recordFormats[format as RecordFormatName];
  const { planned, diagnostics } = await loadPlanAlone(root, now);
  if (planned === null || hasErrors(diagnostics)) return failure(...diagnostics);
  const { plan } = planned;
  const chosen = choose(operands, plan);
  if (!chosen.ok) return chosen;
  const names = chosen.value;
  const pending = plan.newIds.map((one) => one.domain).filter((one) => names.has(one));
  if (pending.length > 0) return failure(diagnostic("site/not-built", { domains: pending }));
  const step = options.text("step") as StepName | null;
  const say = (publish: readonly DnsRecord[], removed: readonly DnsRecord[]): Result<ExitCode> => {
    io.out(print(ofStep(publish, step), ofStep(removed, step)));
    return success(0);
  };
  if (options.flag("pending")) {
    if (options.flag("changed") || options.text("since") !== null) {
      return options.conflict(
        "--pending compares with what is live, --changed with a build",
        "--pending",
      );
    }
    const all = [...pendingOfSite(plan)].filter(
      ({ domain }) => names.has(domain) || operands.length === 0,
    );
    const early = step === "announce" ? all.filter((one) => isTooEarly(one)) : [];
    if (early.length > 0) {
      const found = diagnostic("site/not-served", { domains: early.map(({ domain }) => domain) });
      // Standard output is for the program that publishes the records.
      printDiagnostics([found], "text", io);
    }
    const ready = all.filter((one) => !early.includes(one));
    return say(
      ready.flatMap(({ publish }) => publish),
      all.flatMap(({ remove }) => remove),
    );
  }
  if (!options.flag("changed") && options.text("since") === null) {
    const records = plan.domains.filter(({ config }) => names.has(config.domain));
    return say(records.flatMap(recordsOfPlanned), []);
  }
  const before = await loadEarlier(context);
  if (!before.ok) return before;
  const { publish, removed } = changesSince(before.value, plan, names, operands.length === 0);
  return say(publish, removed);
}

/** Whether its id would be announced before anybody saw its policy served: senders would keep the earlier one under it. */
function isTooEarly({ isServed, publish }: Pending): boolean {
  return !isServed && ofStep(publish, "announce").length > 0;
}

/** The domains that were named, or all of them. */
function choose(operands: readonly string[], plan: SitePlan): Result<ReadonlySet<string>> {
  const all = new Set(plan.domains.map(({ config }) => config.domain));
  if (operands.length === 0) return success(all);
  return namedDomains(operands, all, (about) => diagnostic("site/unknown-domain", about));
}

/** What differs from an earlier lock; with `dropped`, also the records of domains that are no longer declared. */
function changesSince(
  before: Lock,
  plan: SitePlan,
  names: ReadonlySet<string>,
  dropped: boolean,
): { publish: readonly DnsRecord[]; removed: readonly DnsRecord[] } {
  const publish: DnsRecord[] = [];
  const removed: DnsRecord[] = [];
  for (const one of plan.domains) {
    if (!names.has(one.config.domain)) continue;
    const after = recordsOfPlanned(one);
    const changes = changedRecords(recordsOfLocked(before, one.config.domain), after);
    publish.push(...recordsToPublish(changes, after));
    removed.push(...changes.removed);
  }
  if (dropped) {
    const declared = new Set(plan.domains.map(({ config }) => config.domain));
    for (const domain of before.domains.keys()) {
      if (!declared.has(domain)) removed.push(...recordsOfLocked(before, domain));
    }
  }
  return { publish, removed };
}

/** The lock to compare with: a file, standard input, or the one before the last build. */
async function loadEarlier({ root, options, io }: Context): Promise<Result<Lock>> {
  const since = options.text("since");
  const read = since === null ? readSiteFile(root, previousLock) : await readOperand(since, io);
  if (read === null) return failure(diagnostic("site/no-earlier-build", {}));
  if (!read.ok) return read;
  const text = new TextDecoder().decode(read.value);
  const parsed = parseLock(text, shortDigest);
  if (parsed.ok) return success(parsed.value.lock);
  return failure(...parsed.problems.map((found) => locate(since ?? previousLock, text, found)));
}
