/** `stspress init`: looks domains up, and writes a domain file for each that says what is live already. */
import os from "node:os";
import path from "node:path";
import { propose, type Proposal } from "../../audit/proposal.ts";
import { newDomainFile } from "../../config/new-domain-file.ts";
import { parseDomainFile } from "../../config/domain-file.ts";
import type { SiteSettings } from "../../config/site-file.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { clock } from "../../runtime/clock.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { writeNewFile } from "../../runtime/new-file.ts";
import type { DomainName } from "../../names/domain-name.ts";
import { initSummary, type InitOutcome } from "./print/init-summary.ts";
import { adoptPolicy } from "../../site/lock/adoption.ts";
import { formatTime } from "../../site/stamp.ts";
import { readLookOptions } from "../../audit/probe/look-options.ts";
import { changeLock } from "../../site/disk/change-lock.ts";
import { eachInOrder } from "../../runtime/each-in-order.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadDeclarations } from "../../site/load/load-site.ts";
import { openLook } from "../../audit/probe/look.ts";
import { startProgress } from "../../cli/progress.ts";
import { readDomainList, readDomains } from "../../cli/domain-operands.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

/** A domain that can be declared, and the text that declares it. */
interface Drafted {
  readonly name: DomainName;
  readonly file: string;
  readonly text: string;
  readonly proposal: Proposal;
  readonly observedAt: number;
}

/** Runs `init DOMAIN… | --from FILE|-`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const refuse = (...found: readonly Diagnostic[]): ExitCode => {
    tell(found, format, io, {});
    return 2;
  };
  const usage = (text: string, fix: string): ExitCode => {
    io.err(`${text}\n  fix: stspress init ${fix}\n`);
    return 2;
  };
  const options = readLookOptions(args, os.hostname());
  if ("usage" in options) return usage(options.usage, options.fix);
  const from = textOption(args, "from");
  if ((args.operands.length === 0) === (from === null)) {
    return usage("name the domains, or a file of them with --from, not both", "example.com");
  }
  const now = readClock(io.env);
  const site = textOption(args, "site");
  const root = siteRoot(site);
  if (typeof now !== "number") return refuse(now);
  if (typeof root !== "string") return refuse(root);

  const names = from === null ? readDomains(args.operands) : await readDomainList(from, io);
  if (names.wrong.length > 0) return refuse(...names.wrong);
  const declared = await loadDeclarations(root);
  if (!("settings" in declared)) return refuse(...declared);
  const { settings, fileOf } = declared;

  const look = openLook(options, () => clock(io.env["SOURCE_DATE_EPOCH"]) ?? 0);
  if ("code" in look) return refuse(look);
  const outcomes: InitOutcome[] = [];
  const drafts: Drafted[] = [];
  const progress = await startProgress(io);
  let done = 0;
  try {
    await eachInOrder(
      names.domains,
      options.concurrency,
      async (name) => {
        const outcome = await draft(name);
        done += 1;
        progress.show("looking up", done, names.domains.length);
        return outcome;
      },
      (outcome) => {
        if ("text" in outcome) drafts.push(outcome);
        else outcomes.push(outcome);
      },
    );
  } finally {
    progress.end();
    look.close();
  }

  async function draft(name: DomainName): Promise<Drafted | InitOutcome> {
    const domain = name.ascii;
    const known = fileOf(domain);
    if (known !== null) return { domain, kind: "skipped", why: `it is declared in ${known}` };
    if ("code" in look) throw new Error("there is nothing to look with");
    const evidence = await look.observer.observeDomain(domain);
    const proposal = propose(evidence);
    if (proposal.kind !== "declare") return { domain, ...proposal };
    const text = wordFile(name, proposal, evidence.observedAt, settings);
    if (text === null) {
      const why =
        "its live policy names MX hosts in a way that a domain file refuses; mend that first";
      return { domain, kind: "failed", why };
    }
    const file = `domains/${domain}.yaml`;
    return { name, file, text, proposal, observedAt: evidence.observedAt };
  }

  // The lock first: an id that is live is never forgotten, whatever happens to the files.
  const adopted = adoptAll(site, drafts);
  if (!("ids" in adopted)) return refuse(...adopted);
  for (const one of drafts)
    outcomes.push(write(root, one, adopted.ids.get(one.name.ascii) ?? null));
  outcomes.sort((a, b) => (a.domain < b.domain ? -1 : 1));
  if (format === "json") tell([], format, io, { domains: outcomes });
  else io.out(initSummary(outcomes));
  if (outcomes.some(({ kind }) => kind === "failed")) return 2;
  if (outcomes.some(({ kind }) => kind === "no-mail")) return 1;
  return outcomes.some(({ kind }) => kind === "unknown") ? 3 : 0;
}

/**
 * Words the file, and reads it back: what is written is what was found. Null where a domain file cannot say
 * it: senders take some policies that stspress never publishes, such as `mx: localhost`.
 */
function wordFile(
  name: DomainName,
  proposal: Proposal,
  observedAt: number,
  settings: SiteSettings,
): string | null {
  const text = word(name, proposal, observedAt, settings);
  if (isReadable(name, text)) return text;
  // Senders take some report addresses that a domain file refuses, such as one with a quoted mailbox.
  const remark = "The TLS-RPT record names an address that cannot stand here.";
  const without = { ...proposal, rua: null, remarks: [...proposal.remarks, remark] };
  const second = word(name, without, observedAt, settings);
  return isReadable(name, second) ? second : null;
}

function isReadable(name: DomainName, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  return parseDomainFile(`domains/${name.ascii}.yaml`, bytes).declarations !== null;
}

function word(
  name: DomainName,
  { mxHosts, live, rua, remarks }: Proposal,
  observedAt: number,
  settings: SiteSettings,
): string {
  const found = [`MX ${mxHosts.slice(0, 8).join(", ")}${mxHosts.length > 8 ? ", …" : ""}`];
  found.push(
    live === null
      ? "no MTA-STS policy"
      : `an MTA-STS policy in ${live.policy.mode} with the id ${live.id}, now in stspress.lock`,
    rua === null ? "no TLS-RPT record" : "a TLS-RPT record",
  );
  const comments = [`Found ${formatTime(observedAt)}: ${found.join("; ")}.`, ...remarks].map(plain);
  const { ascii: domain, unicode } = name;
  const policy = live?.policy ?? null;
  return newDomainFile({ domain, unicode, comments, rua, policy, mxHosts }, settings);
}

/** Comments hold no surprises: printable ASCII on one line. */
function plain(text: string): string {
  return text
    .replaceAll("…", "...")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 400);
}

/** Takes every live policy into the lock; gives the ids that were adopted, by domain. */
function adoptAll(
  site: string | null,
  drafts: readonly Drafted[],
): { readonly ids: ReadonlyMap<string, string> } | readonly Diagnostic[] {
  const live = drafts.flatMap(({ name, proposal, observedAt }) =>
    proposal.live === null ? [] : [{ domain: name.ascii, observedAt, ...proposal.live }],
  );
  if (live.length === 0) return { ids: new Map() };
  const done = changeLock(site, (lock) => {
    let next = lock;
    const ids = new Map<string, string>();
    for (const { domain, id, text, policy, ttlSeconds, observedAt } of live) {
      // A domain that the lock knows was built here before: its history is there.
      if (lock.domains.get(domain)?.current != null) continue;
      const digest = shortDigest(text);
      const adopted = { id, text, digest, policy, liveAt: observedAt, ttlSeconds };
      const after = adoptPolicy(next, domain, adopted);
      if (after === null) continue;
      next = after;
      ids.set(domain, id);
    }
    return { lock: next, result: { ids } };
  });
  return done;
}

function write(
  root: string,
  { name, file, text, proposal }: Drafted,
  id: string | null,
): InitOutcome {
  const domain = name.ascii;
  try {
    writeNewFile(path.join(root, file), text);
  } catch (error) {
    if (codeOf(error) === "EEXIST")
      return { domain, kind: "skipped", why: `${file} is there already` };
    return { domain, kind: "failed", why: `${file} cannot be written: ${describe(error)}` };
  }
  return {
    domain,
    kind: "written",
    file,
    mxHosts: proposal.mxHosts.length,
    mode: proposal.live?.policy.mode ?? null,
    adopted: id,
    tlsRpt: proposal.rua !== null,
  };
}
