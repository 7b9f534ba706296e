/** The domains that were named on a command line, among those that are known. */
import { suggest } from "../config/suggest.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../diagnostics/result.ts";
import { parseDomainName } from "../names/domain-name.ts";

/** Words that a name is none of the known ones; `suggestion` is the nearest, or null. */
export type Unknown = (about: { domain: string; suggestion: string | null }) => Diagnostic;

/** Gives each as its A-labels, once; or says of every one that is not known. */
export function namedDomains(
  operands: readonly string[],
  known: ReadonlySet<string>,
  unknown: Unknown,
): Result<ReadonlySet<string>> {
  const names = new Set<string>();
  const refused: Diagnostic[] = [];
  for (const given of operands) {
    const parsed = parseDomainName(given);
    const name = parsed.ok ? parsed.value.ascii : given;
    if (known.has(name)) names.add(name);
    else refused.push(unknown({ domain: given, suggestion: suggest(name, known) }));
  }
  return refused.length === 0 ? success(names) : failure(...refused);
}
