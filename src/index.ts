/**
 * The library: strict readers and printers of MTA-STS policies (RFC 8461) and of the TXT records of
 * MTA-STS and TLS-RPT (RFC 8460).
 *
 * No reader throws. Each gives a {@link Parsed}: either the value and its warnings, or every problem
 * with a code, arguments, and an offset and length in UTF-16 code units; {@link explain} words a
 * problem in English. Printers throw a RangeError for values that the RFC cannot express.
 *
 * @example
 * import { explain, parsePolicy } from "stspress";
 * const parsed = parsePolicy("version: STSv1\nmode: enforce\nmax_age: 1w\n");
 * if (!parsed.ok) for (const found of parsed.problems) console.log(explain(found).message);
 *
 * @packageDocumentation
 */
export { explain, severityOf } from "./diagnostics/catalogue.ts";
export type { DiagnosticCode, Parsed, Problem, Span } from "./diagnostics/diagnostic.ts";
export type { Severity } from "./diagnostics/severity.ts";
export type { Extension } from "./mta-sts/extension.ts";
export { isPolicyMediaType } from "./mta-sts/media-type.ts";
export {
  mxMatches,
  parseMxPattern,
  patternCovers,
  patternsOverlap,
  type MxPattern,
} from "./mta-sts/mx-pattern.ts";
export {
  formatPolicy,
  parsePolicy,
  parsePolicyBytes,
  type Mode,
  type Policy,
} from "./mta-sts/policy.ts";
export {
  formatStsRecord,
  joinStrings,
  parseStsRecord,
  selectStsRecord,
  type StsRecord,
} from "./mta-sts/record.ts";
export { parseDomainName, parseHostName, type DomainName } from "./names/domain-name.ts";
export { isReservedName } from "./names/reserved-name.ts";
export {
  formatTlsRptRecord,
  parseTlsRptRecord,
  selectTlsRptRecord,
  type TlsRptRecord,
} from "./tls-rpt/record.ts";
export { parseRua } from "./tls-rpt/rua.ts";
