/** `stspress init`: looks domains up, and writes a domain file for each that declares what is live already. */
import os from "node:os";
import path from "node:path";
import { readProbeOptions, type ProbeOptions } from "../../live/probe/probe-options.ts";
import { openProbeSession } from "../../audit/probe/probe-session.ts";
import type { Observer } from "../../audit/probe/observer.ts";
import { propose, type Proposal } from "../../audit/proposal.ts";
import type { Context } from "../../cli/context.ts";
import { readDomainList, readDomains } from "../../cli/domain-operands.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress } from "../../cli/progress.ts";
import { combine, success, type Result } from "../../diagnostics/result.ts";
import type { DomainName } from "../../names/domain-name.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { mapInOrder } from "../../runtime/map-in-order.ts";
import { writeNewFile } from "../../runtime/new-file.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";
import { changeLock } from "../../site/disk/change-lock.ts";
import { loadDeclarations, type Declarations } from "../../site/load/load-site.ts";
import { adoptPolicy } from "../../site/lock/adoption.ts";
import { firstFileText } from "../first-file.ts";
import { initSummary, type InitOutcome } from "./print/init-summary.ts";

/** What the command line asks for. */
interface Request {
  readonly look: ProbeOptions;
  readonly names: readonly DomainName[];
}

/** A domain that can be declared, and the text that declares it. */
interface Drafted {
  readonly kind: "drafted";
  readonly name: DomainName;
  readonly file: string;
  readonly text: string;
  readonly proposal: Proposal;
  readonly observedAt: number;
}

/** Domains that can be declared, and the outcomes of the others. */
interface Drafts {
  readonly drafted: readonly Drafted[];
  readonly others: readonly InitOutcome[];
}

/** Runs `init DOMAIN… | --from FILE|-`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const request = await readRequest(context);
  if (!request.ok) return request;
  const declared = await loadDeclarations(context.root);
  if (!declared.ok) return declared;
  const drafts = await draftAll(context, request.value, declared.value);
  if (!drafts.ok) return drafts;
  const { drafted, others } = drafts.value;
  // The lock first, so that a live id is never forgotten, whatever happens to the files.
  const adopted = await adoptAll(context.root, drafted);
  if (!adopted.ok) return adopted;
  const written = drafted.map((one) =>
    write(context.root, one, adopted.value.get(one.name.ascii) ?? null),
  );
  const outcomes = [...others, ...written].sort((a, b) => (a.domain < b.domain ? -1 : 1));
  const text = () => initSummary(outcomes);
  printResult(context, { json: { domains: outcomes }, text });
  if (context.format === "github") context.io.out(text());
  return success(exitCodeOf(outcomes));
}

async function readRequest({ operands, options, io }: Context): Promise<Result<Request>> {
  const look = readProbeOptions(options, os.hostname());
  const from = options.text("from");
  if ((operands.length === 0) === (from === null)) {
    const detail = "name the domains, or a file of them with --from, not both";
    return combine({ look, names: options.conflict(detail, "example.com") });
  }
  const names = from === null ? readDomains(operands) : await readDomainList(from, io);
  return combine({ look, names });
}

/** Looks every domain up, and drafts the files of those that can be declared. */
async function draftAll(
  { io, clock }: Context,
  { look: options, names }: Request,
  declared: Declarations,
): Promise<Result<Drafts>> {
  const look = openProbeSession(options, clock);
  if (!look.ok) return look;
  const { observer, close } = look.value;
  const drafted: Drafted[] = [];
  const others: InitOutcome[] = [];
  const progress = await startProgress(io);
  let done = 0;
  try {
    await mapInOrder(
      names,
      options.concurrency,
      async (name) => {
        const outcome = await draft(name, observer, declared);
        done += 1;
        progress.show("looking up", done, names.length);
        return outcome;
      },
      (outcome) => {
        if (outcome.kind === "drafted") drafted.push(outcome);
        else others.push(outcome);
      },
    );
  } finally {
    progress.end();
    close();
  }
  return success({ drafted, others });
}

async function draft(
  name: DomainName,
  observer: Observer,
  { settings, fileOf }: Declarations,
): Promise<Drafted | InitOutcome> {
  const domain = name.ascii;
  const known = fileOf(domain);
  if (known !== null) return { domain, kind: "skipped", why: `it is already declared in ${known}` };
  const evidence = await observer.observeDomain(domain);
  const { observedAt } = evidence;
  const proposal = propose(evidence);
  if (proposal.kind !== "declare") return { domain, ...proposal };
  const text = firstFileText(name, proposal, observedAt, settings);
  if (text === null) {
    const why =
      "its live policy has mx patterns that a domain file does not allow; fix those first";
    return { domain, kind: "failed", why };
  }
  return { kind: "drafted", name, file: `domains/${domain}.yaml`, text, proposal, observedAt };
}

/** Adopts every live policy into the lock; gives the adopted ids, by domain. */
async function adoptAll(
  root: string,
  drafts: readonly Drafted[],
): Promise<Result<ReadonlyMap<string, string>>> {
  const live = drafts.flatMap(({ name, proposal, observedAt }) =>
    proposal.live === null ? [] : [{ domain: name.ascii, observedAt, ...proposal.live }],
  );
  if (live.length === 0) return success(new Map());
  return changeLock(root, (lock) => {
    let next = lock;
    const ids = new Map<string, string>();
    for (const { domain, id, text, policy, ttlSeconds, observedAt } of live) {
      // A domain that is in the lock was built here before, so its history is known.
      if (lock.domains.get(domain)?.current != null) continue;
      const digest = shortDigest(text);
      const adopted = { id, text, digest, policy, liveAt: observedAt, ttlSeconds };
      const after = adoptPolicy(next, domain, adopted);
      if (!after.ok) continue;
      next = after.value;
      ids.set(domain, id);
    }
    return success({ lock: next, result: ids });
  });
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
      return { domain, kind: "skipped", why: `${file} already exists` };
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

function exitCodeOf(outcomes: readonly InitOutcome[]): ExitCode {
  if (outcomes.some(({ kind }) => kind === "failed")) return 2;
  if (outcomes.some(({ kind }) => kind === "no-mail")) return 1;
  return outcomes.some(({ kind }) => kind === "unknown") ? 3 : 0;
}
