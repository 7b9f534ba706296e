/** What adding reports changes: a report is stored once, and belongs to everybody who signed it. */
import { provenSigner } from "./arrival.ts";
import type { NewReport } from "./new-report.ts";

/** What a store has of one report. */
export interface StoredReport {
  /** The domain that is proven to have sent it, of several the first; null: nobody is. */
  readonly signer: string | null;
  /** The other domains that have signed it. */
  readonly others: ReadonlySet<string>;
}

/** A domain that has signed a report in addition to the first one. */
export interface FurtherSigner {
  readonly key: string;
  readonly signer: string;
}

export interface Addition {
  /** Reports that are not in the store, each once. */
  readonly inserts: readonly NewReport[];
  /** Reports that are in the store unverified, with an arrival that is verified. */
  readonly verified: readonly NewReport[];
  /** Signers that the store does not have, each once. */
  readonly signers: readonly FurtherSigner[];
}

/** Whether the store would be the same after this report is added. */
export function isKnown({ arrival }: NewReport, stored: StoredReport | undefined): boolean {
  if (stored === undefined) return false;
  const signer = provenSigner(arrival);
  if (signer === null || signer === stored.signer) return true;
  return stored.others.has(signer);
}

/**
 * Plans an addition. Of a report that comes several times, the first arrival that is verified is the
 * one to store; the signers of the others are kept beside it. Nobody can take the place of another signer.
 */
export function planAddition(
  reports: readonly NewReport[],
  storedOf: (key: string) => StoredReport | undefined,
): Addition {
  const inserts: NewReport[] = [];
  const verified: NewReport[] = [];
  const signers: FurtherSigner[] = [];
  for (const [key, copies] of byKey(reports)) {
    const best = copies.find(({ arrival }) => provenSigner(arrival) !== null) ?? copies[0];
    const bestSigner = provenSigner(best.arrival);
    const stored = storedOf(key);
    if (stored === undefined) inserts.push(best);
    else if (stored.signer === null && bestSigner !== null) verified.push(best);
    const known = new Set([null, stored?.signer ?? bestSigner, ...(stored?.others ?? [])]);
    for (const { arrival } of copies) {
      const signer = provenSigner(arrival);
      if (known.has(signer) || signer === null) continue;
      known.add(signer);
      signers.push({ key, signer });
    }
  }
  return { inserts, verified, signers };
}

type OneOrMore<T> = [T, ...T[]];

function byKey(reports: readonly NewReport[]): ReadonlyMap<string, OneOrMore<NewReport>> {
  const groups = new Map<string, OneOrMore<NewReport>>();
  for (const report of reports) {
    const group = groups.get(report.key);
    if (group === undefined) groups.set(report.key, [report]);
    else group.push(report);
  }
  return groups;
}
