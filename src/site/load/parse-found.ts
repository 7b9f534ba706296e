/** One domain file of the site → what it declares, in whatever thread. */
import type { DeclaredFile } from "../../config/declared.ts";
import { parseDomainFile, type ReadFile } from "../../config/domain-file.ts";
import { readFound } from "./site-files.ts";

export type ParsedFile = ReadFile<DeclaredFile>;

/** Reads and parses a file that was found; one that cannot be read is a diagnostic. */
export function parseFound(root: string, file: string): ParsedFile {
  const read = readFound(root, file);
  return read.ok
    ? parseDomainFile(file, read.value)
    : { declarations: null, diagnostics: read.problems };
}
