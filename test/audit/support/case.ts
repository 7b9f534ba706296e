import type { Safe } from "../../../src/audit/judge.ts";
import type { FindingCode } from "../../../src/audit/rules.ts";
import type { Deviation } from "./subject.ts";

/** A domain and exactly what an audit has to say about it. */
export interface Case extends Deviation {
  readonly what: string;
  /** `code` or `code where`, sorted or not; `where` is a name, or an address of a host. */
  readonly codes: readonly FindingCode[];
  readonly safe: Safe;
}

/** What deviates, and is no fault. */
export function fine(what: string, deviation: Deviation): Case {
  return { what, ...deviation, codes: [], safe: "yes" };
}

export function fault(what: string, safe: Safe, code: FindingCode, deviation: Deviation): Case {
  return { what, ...deviation, codes: [code], safe };
}
