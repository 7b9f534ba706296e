/** `stspress records`: the DNS records, in the conventions of the tool that publishes them. */
import fs from "node:fs";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, locate, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { readSiteFile } from "../load/site-files.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { changedRecords, recordsToPublish } from "../changed-records.ts";
import type { DnsRecord } from "../dns-record.ts";
import { parseLock } from "../lock/lock-text.ts";
import type { Lock } from "../lock/lock.ts";
import { recordsOfLocked, recordsOfPlanned, type SitePlan } from "../plan.ts";
import { recordFormats, type RecordFormatName } from "../record-formats/formats.ts";
import { flag, textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadPlan } from "../load/load-site.ts";
import { hasErrors, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import { describe } from "../../runtime/system-error.ts";
import { previousLock } from "../disk/lock-file.ts";

/** Runs `records [DOMAIN…] [--changed] [--since FILE] --format …`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const root = siteRoot(textOption(args, "site"));
  const format = (
    flag(args, "json") ? "json" : (textOption(args, "format") ?? "zone")
  ) as RecordFormatName;
  const refuse = (found: readonly Diagnostic[]): ExitCode => {
    tell(found, "text", io, {});
    return 2;
  };
  const now = readClock(io.env);
  if (typeof root !== "string") return refuse([root]);
  if (typeof now !== "number") return refuse([now]);
  const loaded = await loadPlan(root, now, {
    threads: 2,
    remember: false,
    pruning: false,
    progress: () => undefined,
  });
  const { plan } = loaded;
  if (plan === null || hasErrors(loaded.diagnostics)) return refuse(loaded.diagnostics);
  const chosen = choose(args.operands, plan);
  if (chosen.refused.length > 0) return refuse(chosen.refused);
  const pending = plan.newIds.map((one) => one.domain).filter((one) => chosen.names.has(one));
  if (pending.length > 0) return refuse([diagnostic("site/not-built", { domains: pending })]);
  const planned = plan.domains.filter(({ config }) => chosen.names.has(config.domain));
  if (!flag(args, "changed") && textOption(args, "since") === null) {
    io.out(recordFormats[format](planned.flatMap(recordsOfPlanned), []));
    return 0;
  }
  const before = await loadEarlier(root, textOption(args, "since"), io);
  if (!("domains" in before)) return refuse(before);
  const publish: DnsRecord[] = [];
  const removed: DnsRecord[] = [];
  for (const one of planned) {
    const after = recordsOfPlanned(one);
    const changes = changedRecords(recordsOfLocked(before, one.config.domain), after);
    publish.push(...recordsToPublish(changes, after));
    removed.push(...changes.removed);
  }
  if (args.operands.length === 0) {
    const declared = new Set(plan.domains.map(({ config }) => config.domain));
    for (const domain of before.domains.keys()) {
      if (!declared.has(domain)) removed.push(...recordsOfLocked(before, domain));
    }
  }
  io.out(recordFormats[format](publish, removed));
  return 0;
}

function choose(
  operands: readonly string[],
  plan: SitePlan,
): { names: Set<string>; refused: Diagnostic[] } {
  const all = plan.domains.map(({ config }) => config.domain);
  if (operands.length === 0) return { names: new Set(all), refused: [] };
  const known = new Set(all);
  const names = new Set<string>();
  const refused: Diagnostic[] = [];
  for (const given of operands) {
    const parsed = parseDomainName(given);
    const name = parsed.ok ? parsed.value.ascii : given;
    if (known.has(name)) names.add(name);
    else {
      const suggestion = suggest(name, all);
      refused.push(diagnostic("site/unknown-domain", { domain: given, suggestion }));
    }
  }
  return { names, refused };
}

/** The lock to compare with: a file, standard input, or the one before the last build. */
async function loadEarlier(
  root: string,
  since: string | null,
  io: Io,
): Promise<Lock | readonly Diagnostic[]> {
  let bytes: Uint8Array;
  const name = since ?? previousLock;
  if (since === "-") bytes = await io.readStdin();
  else if (since !== null) {
    try {
      bytes = fs.readFileSync(since);
    } catch (error) {
      return [diagnostic("site/unreadable", { path: since, detail: describe(error) })];
    }
  } else {
    const read = readSiteFile(root, previousLock);
    if (read === null) return [diagnostic("site/no-earlier-build", {})];
    if (!read.ok) return [read.diagnostic];
    bytes = read.bytes;
  }
  const text = new TextDecoder().decode(bytes);
  const parsed = parseLock(text, shortDigest);
  if (!parsed.ok) return parsed.problems.map((found) => locate(name, text, found));
  return parsed.value.lock;
}
