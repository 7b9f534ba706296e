/** Writes what audits and reports said into stspress.evidence. */
import path from "node:path";
import { severityOf } from "../../diagnostics/catalogue.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { replaceFile } from "../../runtime/atomic-file.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { formatEvidence } from "../evidence/evidence-text.ts";
import { nothingKnown, type EvidenceSummary } from "../evidence/site-evidence.ts";
import type { SilentServers } from "../evidence/silent-servers.ts";
import { evidenceName, loadEvidence } from "../load/load-evidence.ts";
import { exclusively } from "./exclusive.ts";
import { WriteFailed } from "./file-writer.ts";
import { expected } from "./write-diagnostic.ts";

/** What becomes of the evidence of one domain; the same object: nothing new. */
export type EvidenceChange = (known: EvidenceSummary) => EvidenceSummary;

/** What is to be changed; what is not named stays. */
export interface EvidenceChanges {
  readonly domains?: ReadonlyMap<string, EvidenceChange>;
  /** Domains for which it is false are forgotten. */
  readonly isKept?: (domain: string) => boolean;
  readonly servers?: (known: SilentServers) => SilentServers;
}

/** What became of the evidence. */
export interface ChangedEvidence {
  /** How many lines of domains and servers changed; where none did, the file was not touched. */
  readonly lines: number;
  readonly servers: SilentServers;
}

/** Applies changes, and writes the file where something changed. */
export function changeEvidence(
  root: string,
  { domains = new Map(), isKept = () => true, servers: change = (same) => same }: EvidenceChanges,
): Promise<Result<ChangedEvidence>> {
  return exclusively(root, () => {
    const loaded = loadEvidence(root);
    const errors = loaded.diagnostics.filter(({ code }) => severityOf(code) === "error");
    if (errors.length > 0) return failure(...errors);
    const next = new Map([...loaded.evidence].filter(([domain]) => isKept(domain)));
    let lines = loaded.evidence.size - next.size;
    for (const [domain, changeOne] of domains) {
      const before = next.get(domain) ?? nothingKnown;
      const after = changeOne(before);
      if (after === before) continue;
      lines += 1;
      next.set(domain, after);
    }
    const servers = change(loaded.servers);
    if (servers !== loaded.servers) lines += 1;
    if (lines === 0 && loaded.text === null) return success({ lines, servers });
    const written = formatEvidence({ evidence: next, servers }, shortDigest);
    if (written === loaded.text) return success({ lines: 0, servers });
    try {
      replaceFile(path.join(root, evidenceName), written);
    } catch (error) {
      const told = expected(new WriteFailed(evidenceName, error));
      if (told === null) throw error;
      return failure(told);
    }
    // Conflict markers and lines that cannot be read are gone, too.
    return success({ lines: Math.max(lines, 1), servers });
  });
}
