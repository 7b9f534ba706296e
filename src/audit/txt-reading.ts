/** How a sender reads the TXT records at `_mta-sts` and `_smtp._tls`. */
import { severityOf } from "../diagnostics/catalogue.ts";
import type { Parsed, Problem } from "../diagnostics/diagnostic.ts";
import { joinStrings, selectStsRecord, type StsRecord } from "../mta-sts/record.ts";
import { selectTlsRptRecord, type TlsRptRecord } from "../tls-rpt/record.ts";
import type { DomainEvidence } from "./evidence.ts";
import type { DnsEvidence, TxtData } from "../net/dns/dns-evidence.ts";

/**
 * `absent`: none of the records looks like one; `unrelated` has them all. `record`: exactly one counts;
 * `unrelated` has those that senders discard.
 */
export type TxtReading<T> =
  | { readonly kind: "unanswered" }
  | { readonly kind: "absent"; readonly unrelated: readonly string[] }
  | { readonly kind: "several"; readonly count: number }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
  | {
      readonly kind: "record";
      readonly value: T;
      /** Of severity `warning`, without those about discarded records. */
      readonly warnings: readonly Problem[];
      readonly unrelated: readonly string[];
    };

/** Reads the records at `_mta-sts.<domain>`. */
export function readStsTxt({ stsTxt }: DomainEvidence): TxtReading<StsRecord> {
  return read(stsTxt, selectStsRecord);
}

/** Reads the records at `_smtp._tls.<domain>`. */
export function readTlsRptTxt({ tlsRptTxt }: DomainEvidence): TxtReading<TlsRptRecord> {
  return read(tlsRptTxt, selectTlsRptRecord);
}

/** The text of each record, its strings joined. */
export function textsOf(txt: DnsEvidence<TxtData>): readonly string[] {
  return txt.records.map(({ strings }) => joinStrings(strings));
}

/** Says that no record at a name begins with a version tag, such as `v=STSv1;`; `others` is how many do not. */
export function noRecordText(others: number, name: string, version: string): string {
  if (others === 0) return `there is no TXT record at ${name}`;
  return others === 1
    ? `the only TXT record at ${name} does not begin with "${version}"`
    : `none of the ${String(others)} TXT records at ${name} begins with "${version}"`;
}

function read<T>(
  txt: DnsEvidence<TxtData>,
  select: (rrset: readonly string[]) => Parsed<T>,
): TxtReading<T> {
  if (txt.status === "failed") return { kind: "unanswered" };
  const texts = txt.status === "found" ? textsOf(txt) : [];
  const parsed = select(texts);
  const all = parsed.ok ? parsed.warnings : parsed.problems;
  if (parsed.ok) {
    const warnings = all.filter(
      ({ code }) => code !== "record/discarded" && severityOf(code) === "warning",
    );
    return { kind: "record", value: parsed.value, warnings, unrelated: discarded(all) };
  }
  for (const { code, args } of all) {
    if (code === "record/several") return { kind: "several", count: args.count };
  }
  const meant = all.filter(({ code, args }) => code === "record/discarded" && args.similar);
  if (meant.length > 0) return { kind: "invalid", problems: meant };
  if (all.some(({ code }) => code === "record/none")) return { kind: "absent", unrelated: texts };
  return { kind: "invalid", problems: all.filter(({ code }) => severityOf(code) === "error") };
}

function discarded(all: readonly Problem[]): readonly string[] {
  return all.flatMap(({ code, args }) => (code === "record/discarded" ? [args.text] : []));
}
