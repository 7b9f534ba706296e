/** Writes what audits and reports said into stspress.evidence. */
import path from "node:path";
import { severityOf } from "../../diagnostics/catalogue.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { replaceFile } from "../../runtime/atomic-file.ts";
import { shortDigest } from "../../runtime/digest.ts";
import { formatEvidence } from "../evidence/evidence-text.ts";
import { nothingKnown, type EvidenceSummary } from "../evidence/site-evidence.ts";
import { evidenceName, loadEvidence } from "../load/load-evidence.ts";
import { exclusively } from "./exclusive.ts";
import { WriteFailed } from "./file-writer.ts";
import { expected } from "./write-diagnostic.ts";

/** What becomes of the evidence of one domain; the same object: nothing new. */
export type EvidenceChange = (known: EvidenceSummary) => EvidenceSummary;

/**
 * Applies changes, by domain, and forgets domains for which `isKept` is false (by default none). Gives how many lines changed; where
 * none did, the file is not touched.
 */
export function changeEvidence(
  root: string,
  changes: ReadonlyMap<string, EvidenceChange>,
  isKept: (domain: string) => boolean = () => true,
): Promise<Result<number>> {
  return exclusively(root, () => {
    const { evidence, text, diagnostics } = loadEvidence(root);
    const errors = diagnostics.filter(({ code }) => severityOf(code) === "error");
    if (errors.length > 0) return failure(...errors);
    const next = new Map([...evidence].filter(([domain]) => isKept(domain)));
    let changed = evidence.size - next.size;
    for (const [domain, change] of changes) {
      const before = next.get(domain) ?? nothingKnown;
      const after = change(before);
      if (after === before) continue;
      changed += 1;
      next.set(domain, after);
    }
    const written = formatEvidence(next, shortDigest);
    if (written === text || (changed === 0 && text === null)) return success(0);
    try {
      replaceFile(path.join(root, evidenceName), written);
    } catch (error) {
      const told = expected(new WriteFailed(evidenceName, error));
      if (told === null) throw error;
      return failure(told);
    }
    return success(changed);
  });
}
