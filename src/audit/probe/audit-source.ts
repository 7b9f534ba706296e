/** Where the evidence of an audit comes from: the network, or a file that `--save` wrote. */
import fs from "node:fs";
import { evidenceVersion, type DomainEvidence, type Evidence } from "../evidence.ts";
import { readEvidence } from "../read-evidence.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Failure, type Result } from "../../diagnostics/result.ts";
import { EvidenceFile } from "./evidence-file.ts";
import type { Observed } from "./observer.ts";
import type { ProbeOptions } from "../../live/probe/probe-options.ts";
import { openProbeSession } from "./probe-session.ts";
import { describe } from "../../runtime/system-error.ts";

/** Gives the evidence of domains. */
export interface EvidenceSource {
  readonly observe: (domain: string) => Promise<Observed>;
  /** Whether evidence is saved. */
  readonly saves: boolean;
  /** Saves the evidence of a domain. */
  readonly save: (evidence: DomainEvidence) => Promise<void>;
  readonly concurrency: number;
  /** Ends it; a failure if the evidence could not be saved. */
  readonly close: () => Promise<Result<void>>;
}

/** Reads saved evidence. */
export function readSaved(path: string): Result<Evidence> {
  let json: string;
  try {
    json = fs.readFileSync(path, "utf8");
  } catch (error) {
    const detail = describe(error);
    return failure(diagnostic("site/unreadable", { path: path.slice(0, 200), detail }));
  }
  const read = readEvidence(json);
  if (read.ok) return read;
  return failure(
    ...read.problems.map(({ path: at, detail, newer }) =>
      newer === null
        ? diagnostic("audit/no-evidence", { path, at, detail })
        : diagnostic("audit/newer-evidence", { path, version: newer }),
    ),
  );
}

/** A source that reads saved evidence. */
export function fromSaved(
  saved: Evidence,
  path: string,
  domains: readonly string[],
): Result<EvidenceSource> {
  const byName = new Map<string, DomainEvidence>(saved.domains.map((one) => [one.domain, one]));
  const missing = domains.find((domain) => !byName.has(domain));
  if (missing !== undefined) {
    return failure(diagnostic("audit/not-observed", { domain: missing, path }));
  }
  return success({
    concurrency: 1,
    saves: false,
    save: () => Promise.resolve(),
    close: () => Promise.resolve(success(undefined)),
    observe: (domain) => {
      const evidence = byName.get(domain);
      if (evidence === undefined) throw new Error(`there is no saved evidence of ${domain}`);
      const mxHosts = new Map(
        evidence.mx.records.flatMap(({ exchange }) => {
          const host = Object.hasOwn(saved.mxHosts, exchange) ? saved.mxHosts[exchange] : undefined;
          return host === undefined ? [] : [[exchange, host] as const];
        }),
      );
      return Promise.resolve({ evidence, mxHosts });
    },
  });
}

/** A source that observes over the network, and saves the evidence if `save` names a file. `now` gives Unix seconds. */
export function fromNetwork(
  options: ProbeOptions,
  save: string | null,
  now: () => number,
): Result<EvidenceSource> {
  const opened = openProbeSession(options, now);
  if (!opened.ok) return opened;
  const look = opened.value;
  let file: EvidenceFile | null = null;
  try {
    file = save === null ? null : new EvidenceFile(save, evidenceVersion);
  } catch (error) {
    look.close();
    return cannotSave(save, error);
  }
  return success({
    concurrency: options.concurrency,
    observe: (domain) => look.observer.observe(domain),
    saves: file !== null,
    save: async (evidence) => file?.add(evidence),
    close: async () => {
      look.close();
      try {
        await file?.finish(await look.observer.mxHosts());
        return success(undefined);
      } catch (error) {
        return cannotSave(save, error);
      }
    },
  });
}

function cannotSave(path: string | null, error: unknown): Failure {
  return failure(diagnostic("site/cannot-write", { path: path ?? "", detail: describe(error) }));
}
