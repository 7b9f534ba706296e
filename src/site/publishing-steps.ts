/**
 * A domain's records in the steps in which they are to be published, and the words that say why:
 * policy first, DNS second. A sender that finds `_mta-sts` before the policy host answers is told to
 * fetch what is not there.
 *
 * @see RFC 8461 §8.1 (body before TXT), §8.2 (delegation)
 */
import { policyHostOf } from "../config/site-config.ts";
import type { DnsRecord } from "./dns-record.ts";

/** What is done in one go. */
export interface PublishingStep {
  /** Counts from 1. */
  readonly number: number;
  /** Lines of plain ASCII. */
  readonly words: readonly string[];
  /** None where there is only something to do. */
  readonly records: readonly DnsRecord[];
}

/** Orders records of one domain into steps. */
export function publishingSteps(domain: string, records: readonly DnsRecord[]): PublishingStep[] {
  const policyHost = records.filter((record) => record.purpose === "policy-host");
  const tlsRpt = records.filter((record) => record.purpose === "tls-rpt");
  const mtaSts = records.filter((record) => record.purpose === "mta-sts");
  const steps: PublishingStep[] = [];
  const step = (words: readonly string[], records: readonly DnsRecord[]): void => {
    steps.push({ number: steps.length + 1, words, records });
  };
  if (policyHost.length > 0) step(policyHostWords, policyHost);
  if (tlsRpt.length > 0) step(mtaSts.length > 0 ? earlyTlsRptWords : tlsRptWords, tlsRpt);
  if (mtaSts.length > 0) step(mtaStsWords(domain, mtaSts), mtaSts);
  return steps;
}

const policyHostWords = ["The policy host, where senders fetch the policy: before anything else."];
const tlsRptWords = ["Where senders report failures (TLS-RPT): at any time."];
const earlyTlsRptWords = [
  "Where senders report failures (TLS-RPT): at any time, best before the next step.",
];

function mtaStsWords(domain: string, records: readonly DnsRecord[]): readonly string[] {
  const leads = records.every((record) => record.once);
  return [
    `Only when https://${policyHostOf(domain)}/.well-known/mta-sts.txt answers 200 with the policy of`,
    leads
      ? "this build: senders follow this name to the record that makes them fetch it."
      : "this build: this record makes senders fetch it, and a new id makes them fetch it again.",
  ];
}
