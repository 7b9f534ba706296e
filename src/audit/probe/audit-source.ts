/** Where the evidence of an audit comes from: a look at the world, or a file that an earlier look was saved to. */
import fs from "node:fs";
import { evidenceVersion, type DomainEvidence, type Evidence } from "../evidence.ts";
import { readEvidence } from "../read-evidence.ts";
import { diagnostic, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { EvidenceFile } from "./evidence-file.ts";
import type { Observed } from "./observer.ts";
import type { LookOptions } from "./look-options.ts";
import { openLook } from "./look.ts";
import { describe } from "../../runtime/system-error.ts";

/** How a domain comes to be observed: by looking, or from a file. */
export interface EvidenceSource {
  readonly observe: (domain: string) => Promise<Observed>;
  /** Whether what is seen is to be kept. */
  readonly saves: boolean;
  /** Keeps what was seen of a domain. */
  readonly save: (evidence: DomainEvidence) => Promise<void>;
  readonly concurrency: number;
  /** Ends it; the diagnostic where what was seen cannot be saved. */
  readonly close: () => Promise<Diagnostic | null>;
}

/** Reads saved evidence. */
export function readSaved(path: string): Evidence | Diagnostic {
  let json: string;
  try {
    json = fs.readFileSync(path, "utf8");
  } catch (error) {
    return diagnostic("site/unreadable", { path: path.slice(0, 200), detail: describe(error) });
  }
  const read = readEvidence(json);
  if (!("detail" in read)) return read;
  if (read.newer !== null) return diagnostic("audit/newer-evidence", { path, version: read.newer });
  return diagnostic("audit/no-evidence", { path, at: read.path, detail: read.detail });
}

/** Gives what was saved. */
export function fromSaved(
  saved: Evidence,
  path: string,
  domains: readonly string[],
): EvidenceSource | Diagnostic {
  const byName = new Map<string, DomainEvidence>(saved.domains.map((one) => [one.domain, one]));
  const missing = domains.find((domain) => !byName.has(domain));
  if (missing !== undefined) return diagnostic("audit/not-observed", { domain: missing, path });
  return {
    concurrency: 1,
    saves: false,
    save: () => Promise.resolve(),
    close: () => Promise.resolve(null),
    observe: (domain) => {
      const evidence = byName.get(domain);
      if (evidence === undefined) throw new Error(`nothing was saved of ${domain}`);
      const mxHosts = new Map(
        evidence.mx.records.flatMap(({ exchange }) => {
          const host = Object.hasOwn(saved.mxHosts, exchange) ? saved.mxHosts[exchange] : undefined;
          return host === undefined ? [] : [[exchange, host] as const];
        }),
      );
      return Promise.resolve({ evidence, mxHosts });
    },
  };
}

/** Looks at the world, and saves what it sees where `save` names a file. `now` gives Unix seconds. */
export function fromWorld(
  options: LookOptions,
  save: string | null,
  now: () => number,
): EvidenceSource | Diagnostic {
  const opened = openLook(options, now);
  if ("code" in opened) return opened;
  let file: EvidenceFile | null = null;
  try {
    file = save === null ? null : new EvidenceFile(save, evidenceVersion);
  } catch (error) {
    opened.close();
    return diagnostic("site/cannot-write", { path: save ?? "", detail: describe(error) });
  }
  return {
    concurrency: options.concurrency,
    observe: (domain) => opened.observer.observe(domain),
    saves: file !== null,
    save: async (evidence) => file?.add(evidence),
    close: async () => {
      opened.close();
      try {
        await file?.finish(await opened.observer.mxHosts());
        return null;
      } catch (error) {
        return diagnostic("site/cannot-write", { path: save ?? "", detail: describe(error) });
      }
    },
  };
}
