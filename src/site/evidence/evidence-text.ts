/**
 * The text of `stspress.evidence`: sorted lines, one per distinct set of MX hosts, one per domain, and one per name server
 * that does not answer. A line that cannot
 * be read makes its domain unknown, and is told: nothing is lost by that but the time until the next audit.
 */
import { z } from "zod";
import { compareText, problem, type Problem } from "../../diagnostics/diagnostic.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import type { Digest } from "../lock/lock-text.ts";
import { formatStamp, parseStamp, type UnixSeconds } from "../stamp.ts";
import { mergeEvidence } from "./merge-evidence.ts";
import type { SilentServer, SilentServers } from "./silent-servers.ts";
import {
  maxReason,
  type AuditSummary,
  type EvidenceSummary,
  type ReportsSummary,
  type SiteEvidence,
  type StandingNo,
} from "./site-evidence.ts";

const header =
  "stspress.evidence 1\n# What audits and reports said. Written by `stspress audit --record` and `stspress reports status --record`; commit it, never edit it.\n";

/** What the file holds. */
export interface EvidenceFile {
  readonly evidence: SiteEvidence;
  readonly servers: SilentServers;
}

/** A host name and an address; other names could break a line. */
function isServer(server: string): boolean {
  return /^[\w.-]{1,255} [\da-fA-F:.]{2,45}$/.test(server);
}

/** Prints evidence; the same evidence gives the same bytes. */
export function formatEvidence({ evidence, servers }: EvidenceFile, digest: Digest): string {
  const hosts = new Map<string, string>();
  const lines: string[] = [];
  for (const [domain, { audit, reports }] of [...evidence].sort(([a], [b]) => compareText(a, b))) {
    let mx: string | null = null;
    if (audit?.mx != null) {
      const json = JSON.stringify(audit.mx.hosts);
      mx = digest(json);
      hosts.set(mx, json);
    }
    const value = {
      ...(audit === null ? {} : { audit: auditJson(audit, mx) }),
      ...(reports === null ? {} : { reports: reportsJson(reports) }),
    };
    lines.push(`domain ${domain} ${JSON.stringify(value)}`);
  }
  const shared = [...hosts].sort(([a], [b]) => compareText(a, b));
  for (const [server, { since, at, looks }] of [...servers].sort(([a], [b]) => compareText(a, b))) {
    const value = { since: formatStamp(since), at: formatStamp(at), looks };
    if (isServer(server)) lines.push(`silent ${server.replace(" ", "/")} ${JSON.stringify(value)}`);
  }
  const all = [...shared.map(([name, json]) => `mx ${name} ${json}`), ...lines];
  return header + all.map((line) => `${line}\n`).join("");
}

function auditJson(audit: AuditSummary, mx: string | null): object {
  const { outcome, at, since, no, lastYes, firstYes, reason } = audit;
  return {
    safe: outcome,
    at: formatStamp(at),
    since: formatStamp(since),
    ...(no === null ? {} : { no: noJson(no) }),
    ...(lastYes === null ? {} : { last_yes: formatStamp(lastYes) }),
    ...(firstYes === null ? {} : { first_yes: formatStamp(firstYes) }),
    ...(audit.mx === null ? {} : { mx, mx_at: formatStamp(audit.mx.at) }),
    ...(reason === null ? {} : { reason }),
  };
}

function noJson({ at, isFromPort25, reason }: StandingNo): object {
  return { at: formatStamp(at), ...(isFromPort25 ? { port_25: true } : {}), reason };
}

function reportsJson({ outcome, at, since, sessions, failures }: ReportsSummary): object {
  return {
    verdict: outcome,
    at: formatStamp(at),
    since: formatStamp(since),
    sessions,
    failures,
  };
}

/** Evidence that was read. */
export interface EvidenceText extends EvidenceFile {
  /** Lines that cannot be read, and a format that is not known. */
  readonly problems: readonly Problem[];
  /** A newer program wrote it: it must not be written over. */
  readonly isNewer: boolean;
}

/** Reads evidence; both sides of git's conflict markers count. Never throws. */
export function parseEvidence(text: string): EvidenceText {
  const reader = new EvidenceReader();
  for (const line of linesOf(text)) {
    if (!reader.take(line)) break;
  }
  return reader.result();
}

interface Line {
  readonly text: string;
  readonly offset: number;
}

/** Gives the lines that say something: no comment, no conflict marker, nothing of a merge base. */
function* linesOf(text: string): Generator<Line> {
  let offset = 0;
  let isBase = false;
  for (const raw of text.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (/^(?:<<<<<<< |>>>>>>> |={7}$)/.test(line)) isBase = false;
    else if (line.startsWith("||||||| ")) isBase = true;
    else if (!isBase && line !== "" && !line.startsWith("#")) yield { text: line, offset };
    offset += raw.length + 1;
  }
}

class EvidenceReader {
  readonly #problems: Problem[] = [];
  readonly #hosts = new Map<string, readonly string[]>();
  readonly #servers = new Map<string, SilentServer>();
  /** Read at the end: in a merge, the hosts of a domain may come after it. */
  readonly #domains: { readonly name: string; readonly json: string; readonly line: Line }[] = [];
  #sawHeader = false;
  #isNewer = false;

  /** Gives false where nothing more can be understood. */
  take(line: Line): boolean {
    const version = /^stspress\.evidence (\d{1,9})$/.exec(line.text)?.[1];
    if (version !== undefined && Number(version) > 1) {
      this.#isNewer = true;
      const args = { version: Number(version) };
      this.#problems.push(problem("evidence/newer", args, line.offset, line.text.length));
      return false;
    }
    if (version !== undefined) this.#sawHeader = true;
    else if (this.#sawHeader) this.#take(line);
    else this.#wrong(line, "it does not begin with its format line, `stspress.evidence 1`");
    return this.#sawHeader;
  }

  #take(line: Line): void {
    const [, kind, name, json] = /^(mx|domain|silent) (\S+) (.+)$/.exec(line.text) ?? [];
    if (name === undefined || json === undefined) {
      this.#wrong(line, "it begins with neither mx, domain nor silent");
    } else if (kind === "domain") this.#domains.push({ name, json, line });
    else if (kind === "silent") this.#silent(name.replace("/", " "), json, line);
    else {
      const list = hostsShape.safeParse(parseJson(json));
      if (list.success) this.#hosts.set(name, list.data);
      else this.#wrong(line, "the MX hosts are not a list of names");
    }
  }

  /** Of two sides of a merge the one that knows less. */
  #silent(server: string, json: string, line: Line): void {
    const read = silentShape.safeParse(parseJson(json));
    if (!read.success || !isServer(server)) {
      this.#wrong(line, "it is not a name server that was silent");
      return;
    }
    const known = this.#servers.get(server);
    if (known === undefined || read.data.since > known.since) this.#servers.set(server, read.data);
  }

  result(): EvidenceText {
    const evidence = new Map<string, EvidenceSummary>();
    for (const { name, json, line } of this.#isNewer ? [] : this.#domains) {
      const parsed = parseDomainName(name);
      const summary = summaryFrom(parseJson(json), this.#hosts);
      if (!parsed.ok || parsed.value.ascii !== name) {
        this.#wrong(line, "the domain name is not one");
      } else if (summary === null) this.#wrong(line, "what it says of the domain is incomplete");
      else {
        const known = evidence.get(name);
        evidence.set(name, known === undefined ? summary : mergeEvidence(known, summary));
      }
    }
    const servers = this.#isNewer ? new Map<string, SilentServer>() : this.#servers;
    return { evidence, servers, problems: this.#problems, isNewer: this.#isNewer };
  }

  #wrong({ text, offset }: Line, detail: string): void {
    this.#problems.push(problem("evidence/syntax", { detail }, offset, text.length));
  }
}

const stamp = z.string().transform((text, context): UnixSeconds => {
  const seconds = parseStamp(text);
  if (seconds !== null) return seconds;
  context.addIssue("not a time");
  return z.NEVER;
});
const reason = z.string().max(2 * maxReason);
const count = z.int().min(0);
const silentShape = z.object({ since: stamp, at: stamp, looks: count });
const hostsShape = z.array(z.string().max(255));
const summaryShape = z.object({
  audit: z
    .object({
      safe: z.enum(["yes", "no", "unknown", "unmeasured"]),
      at: stamp,
      since: stamp,
      no: z.object({ at: stamp, port_25: z.boolean().default(false), reason }).optional(),
      last_yes: stamp.optional(),
      first_yes: stamp.optional(),
      mx: z.string().optional(),
      mx_at: stamp.optional(),
      reason: reason.optional(),
    })
    .optional(),
  reports: z
    .object({
      verdict: z.enum(["enough", "failing", "not-enough"]),
      at: stamp,
      since: stamp,
      sessions: count,
      failures: count,
    })
    .optional(),
});

type Written = z.infer<typeof summaryShape>;

/** null: something is missing or wrong. */
function summaryFrom(
  value: unknown,
  hosts: ReadonlyMap<string, readonly string[]>,
): EvidenceSummary | null {
  const parsed = summaryShape.safeParse(value);
  if (!parsed.success) return null;
  const { audit, reports } = parsed.data;
  return {
    audit: audit === undefined ? null : auditFrom(audit, hosts),
    reports: reports === undefined ? null : reportsFrom(reports),
  };
}

function auditFrom(
  audit: NonNullable<Written["audit"]>,
  hosts: ReadonlyMap<string, readonly string[]>,
): AuditSummary {
  const { safe: outcome, at, since, no, last_yes, first_yes, mx, mx_at, reason } = audit;
  const list = mx === undefined ? undefined : hosts.get(mx);
  return {
    outcome,
    at,
    since,
    no: no === undefined ? null : { at: no.at, reason: no.reason, isFromPort25: no.port_25 },
    lastYes: last_yes ?? null,
    firstYes: first_yes ?? null,
    reason: reason ?? null,
    mx: list === undefined || mx_at === undefined ? null : { hosts: list, at: mx_at },
  };
}

function reportsFrom(reports: NonNullable<Written["reports"]>): ReportsSummary {
  const { verdict: outcome, at, since, sessions, failures } = reports;
  return { outcome, at, since, sessions, failures };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
