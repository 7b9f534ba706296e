/** stspress.evidence on the disk → what audits and reports said. */
import { locate, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { parseEvidence, type EvidenceFile } from "../evidence/evidence-text.ts";
import { readSiteFile } from "./site-files.ts";

export const evidenceName = "stspress.evidence";

/** The evidence of a site, as it lies on disk. */
export interface LoadedEvidence extends EvidenceFile {
  /** null when there is no file, or none that can be read. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the evidence. What cannot be read is unknown, and told. */
export function loadEvidence(root: string): LoadedEvidence {
  const read = readSiteFile(root, evidenceName);
  const none = { evidence: new Map(), servers: new Map(), text: null };
  if (read === null) return { ...none, diagnostics: [] };
  if (!read.ok) return { ...none, diagnostics: read.problems };
  const text = new TextDecoder().decode(read.value);
  const { evidence, servers, problems } = parseEvidence(text);
  return {
    evidence,
    servers,
    text,
    diagnostics: problems.map((one) => locate(evidenceName, text, one)),
  };
}
