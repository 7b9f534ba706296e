/** `stspress audit`: looks at mail domains from outside, and says whether an enforced policy is safe. */
import os from "node:os";
import type { Declared, Subject } from "../declared.ts";
import type { Evidence } from "../evidence.ts";
import { judge } from "../judge.ts";
import { liveInstanceOf, type LiveInstance } from "../live-instance.ts";
import { locateInFile } from "../../config/locate.ts";
import { diagnostic, type Diagnostic, type Place } from "../../diagnostics/diagnostic.ts";
import { clock } from "../../runtime/clock.ts";
import { readLookOptions } from "../probe/look-options.ts";
import { AuditReport, type AuditFormat } from "./print/audit-report.ts";
import { fromSaved, fromWorld, readSaved } from "../probe/audit-source.ts";
import { declaredOf } from "../declared-domains.ts";
import { readDomains } from "../../cli/domain-operands.ts";
import { eachInOrder } from "../../runtime/each-in-order.ts";
import { flag, textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadSiteIfAny, textReader } from "../../site/load/load-site.ts";
import { startProgress } from "../../cli/progress.ts";
import { recordObserved } from "../probe/record-observed.ts";
import { formatOf, hasErrors, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";

/** What an audit knows of the site, where there is one. */
interface KnownSite {
  /** Declared domains, sorted. */
  readonly domains: readonly string[];
  readonly declared: (domain: string) => Declared | null;
  readonly place: (domain: string) => Place | null;
}

/** Runs `audit [DOMAIN…]`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format: AuditFormat = flag(args, "jsonl") ? "jsonl" : formatOf(args);
  const refuse = (...found: Diagnostic[]): ExitCode => {
    tell(found, format === "jsonl" ? "text" : format, io, {});
    return 2;
  };
  if (flag(args, "jsonl") && flag(args, "json")) {
    io.err("--json and --jsonl are two formats\n  fix: stspress audit --jsonl\n");
    return 2;
  }
  const options = readLookOptions(args, os.hostname());
  if ("usage" in options) {
    io.err(`${options.usage}\n  fix: stspress audit ${options.fix}\n`);
    return 2;
  }
  const now = readClock(io.env);
  const root = siteRoot(textOption(args, "site"));
  if (typeof now !== "number") return refuse(now);
  if (typeof root !== "string") return refuse(root);

  const site = await knownSite(root);
  if (Array.isArray(site)) return refuse(...site);
  const names = readDomains(args.operands);
  if (names.wrong.length > 0) return refuse(...names.wrong);

  const evidencePath = textOption(args, "evidence");
  const saved = evidencePath === null ? null : readSaved(evidencePath);
  if (saved !== null && "code" in saved) return refuse(saved);
  const domains = subjectsOf(
    names.domains.map(({ ascii }) => ascii),
    saved,
    site,
  );
  if (domains.length === 0) return refuse(diagnostic("site/no-domains", { folder: "domains/" }));
  const source =
    saved === null
      ? fromWorld(
          options,
          textOption(args, "save"),
          () => clock(io.env["SOURCE_DATE_EPOCH"]) ?? now,
        )
      : fromSaved(saved, evidencePath ?? "", domains);
  if ("code" in source) return refuse(source);

  const report = new AuditReport(format, io, site.place);
  const live: LiveInstance[] = [];
  const progress = await startProgress(io);
  let done = 0;
  report.begin();
  await eachInOrder(
    domains,
    source.concurrency,
    async (domain) => {
      const observed = await source.observe(domain);
      const subject: Subject = {
        domain,
        declared: site.declared(domain),
        evidence: observed.evidence,
        mxHosts: observed.mxHosts,
      };
      const judgement = judge(subject);
      const seen = liveInstanceOf(subject, judgement);
      if (seen !== null) live.push(seen);
      const told = report.word(subject, judgement);
      if (format === "jsonl") io.out(told);
      done += 1;
      progress.show("auditing", done, domains.length);
      // Kept until its turn comes, so only where it is wanted.
      return { told, evidence: source.saves ? observed.evidence : null };
    },
    async ({ told, evidence }) => {
      if (evidence !== null) await source.save(evidence);
      if (format === "jsonl") return;
      progress.aside(() => {
        report.tell(told);
      });
    },
  );
  progress.end();
  const unsaved = await source.close();
  if (unsaved !== null) {
    report.end([]);
    tell([unsaved], "text", io, {});
    return 2;
  }
  const recorded = flag(args, "record") ? recordObserved(textOption(args, "site"), live) : [];
  if ("refused" in recorded) {
    report.end([]);
    tell(recorded.refused, "text", io, {});
    return 2;
  }
  report.end(recorded);
  if (flag(args, "record") && recorded.length === 0 && format === "text") {
    io.out("\nstspress.lock: unchanged, no build was seen live that was not recorded before\n");
  }
  return report.exitCode();
}

async function knownSite(root: string): Promise<KnownSite | Diagnostic[]> {
  const loaded = await loadSiteIfAny(root);
  if (loaded === null) return { domains: [], declared: () => null, place: () => null };
  const { site, loadedLock, diagnostics } = loaded;
  if (site === null || loadedLock.lock === null) {
    return hasErrors(diagnostics) ? [...diagnostics] : [diagnostic("lock/not-a-lock", {})];
  }
  const readText = textReader(root);
  const declarations = new Map(site.domains.map((one) => [one.domain, one.declaration]));
  return {
    domains: site.domains.map(({ domain }) => domain),
    declared: declaredOf(site, loadedLock.lock),
    place: (domain) => {
      const declaration = declarations.get(domain);
      if (declaration === undefined) return null;
      return locateInFile(readText, declaration.file, declaration.path);
    },
  };
}

function subjectsOf(
  named: readonly string[],
  saved: Evidence | null,
  site: KnownSite,
): readonly string[] {
  if (named.length > 0) return named;
  return saved === null ? site.domains : saved.domains.map(({ domain }) => domain);
}
