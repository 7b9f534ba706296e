/**
 * In which order a domain's records are published, and why: policy first, DNS second. A sender that
 * finds `_mta-sts` before the policy host answers fetches a policy that is not there. The zone files,
 * the record formats and the records page all take order and texts from here.
 *
 * @see RFC 8461 §8.1 (body before TXT), §8.2 (delegation), §8.3 (removal)
 */
import { policyHostOf } from "../config/site-config.ts";
import type { DnsRecord, RecordPurpose } from "./dns-record.ts";

type Publishable = Pick<DnsRecord, "purpose" | "once">;

/** What is published in one go. All texts are plain ASCII. */
export interface PublishingStep<R> {
  readonly purpose: RecordPurpose;
  readonly title: string;
  readonly when: string;
  /** Sentences: what the records do, and what goes wrong in another order. */
  readonly reasons: readonly string[];
  readonly records: readonly R[];
}

const order: readonly (readonly [RecordPurpose, title: string, when: string])[] = [
  ["policy-host", "The policy host", "first"],
  ["tls-rpt", "The address for reports (TLS-RPT)", "at any time"],
  ["mta-sts", "The announcement (_mta-sts)", "last"],
];

/**
 * Puts records into steps; those of one purpose alone make that step alone.
 *
 * @param always steps that are given even without records
 */
export function publishingSteps<R extends Publishable>(
  records: readonly R[],
  always: readonly RecordPurpose[] = [],
): PublishingStep<R>[] {
  const purposes = new Set([...always, ...records.map(({ purpose }) => purpose)]);
  return order
    .filter(([purpose]) => purposes.has(purpose))
    .map(([purpose, title, when]) => {
      const chosen = records.filter((record) => record.purpose === purpose);
      return { purpose, title, when, reasons: reasons[purpose](chosen, purposes), records: chosen };
    });
}

const reasons: Readonly<
  Record<
    RecordPurpose,
    (records: readonly Publishable[], purposes: ReadonlySet<RecordPurpose>) => readonly string[]
  >
> = {
  "policy-host": () => ["Senders fetch the policy from this host over HTTPS."],
  "tls-rpt": (_, purposes) => [
    "Senders report TLS failures to this address.",
    purposes.has("mta-sts")
      ? "Publish it before the next step: the first reports then show whether that works."
      : "It does not change how mail is delivered.",
  ],
  "mta-sts": (records) => [
    records.some(({ once }) => once)
      ? "Senders follow this name to the policy id, then fetch the policy."
      : "Senders that see a new id fetch the policy at once.",
    "If they get the old policy, they keep it until it expires.",
  ],
};

/** A step as lines of comment, for texts that somebody publishes from. */
export function stepComment(domain: string, step: PublishingStep<unknown>): readonly string[] {
  return [
    `${step.title}: ${step.when}.`,
    ...(step.purpose === "mta-sts" ? [announceOnlyWhen(domain)] : []),
    ...step.reasons,
  ];
}

/** What has to be true before `_mta-sts` is published. */
export function announceOnlyWhen(domain: string): string {
  return `Wait until https://${policyHostOf(domain)}/.well-known/mta-sts.txt serves the policy of this build.`;
}

/** The order in which records are removed: the announcement first, the policy host last. */
export function inRemovalOrder<R extends Publishable>(records: readonly R[]): R[] {
  return order
    .toReversed()
    .flatMap(([purpose]) => records.filter((record) => record.purpose === purpose));
}
