/** What the judgement of reports needs to know of the site and its lock. */
import type { Policy } from "../../mta-sts/policy.ts";

/** One instance of a domain's policy. */
export interface LockedFact {
  readonly id: string;
  readonly policy: Policy;
  /** Unix seconds; null: not recorded live. */
  readonly liveAt: number | null;
  /** Until when senders may hold it; null: it is the current one, or its hold has no end. */
  readonly heldUntil: number | null;
}

export interface DomainFacts {
  /** Whether the site declares it, or its lock has it; true of all where the site knows no domain. */
  readonly inSite: boolean;
  /** Mode of the policy that is published, else of the one declared; null: none. */
  readonly mode: string | null;
  /** Since when the published policy is in testing, Unix seconds; null: it is not, or not recorded live. */
  readonly testingSince: number | null;
  /** null: no policy is published. */
  readonly current: LockedFact | null;
  /** Oldest first. */
  readonly earlier: readonly LockedFact[];
}

export interface SiteFacts {
  /** Every declared domain, sorted. */
  readonly declared: readonly string[];
  readonly of: (domain: string) => DomainFacts;
}

/** What is known of a domain where there is no site. */
export const noFacts: DomainFacts = {
  inSite: true,
  mode: null,
  testingSince: null,
  current: null,
  earlier: [],
};
