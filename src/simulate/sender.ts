/**
 * What distinguishes one kind of sender from another. One small state machine serves all of them; a
 * kind is the table of its answers to the questions below. The exhaustive simulation (reach.ts) and
 * the sampled one (run.ts) read the same table, so that neither can know a sender differently.
 *
 * The machine, at each delivery: a policy in the cache is used unasked while it rests. Then DNS is
 * asked for the id. An equal id lets the policy be used on; another one makes the sender fetch, and
 * so does an empty or expired cache. A new text replaces the old one. Between deliveries some kinds
 * make rounds through their cache.
 */
import type { Mode } from "../mta-sts/policy-grammar.ts";
import type { Retries } from "./retries.ts";
import type { PolicyText } from "./sights.ts";

/** What a kind of sender keeps of a text. */
export interface Kept {
  readonly mode: Mode;
  readonly patterns: readonly string[];
  /** For how long it keeps it, in seconds from reading or renewing. */
  readonly lifeSeconds: number;
}

export interface Sender {
  readonly name: string;
  /** Version and files that tell how it behaves. */
  readonly source: string;
  /** What it keeps of a text; null: it takes it for no policy, as if the fetch had failed. */
  readonly keep: (text: PolicyText) => Kept | null;
  /** Whether it asks DNS for an id at all. */
  readonly asksDns: boolean;
  /** For how long after reading or renewing a policy it is used without asking, in seconds. */
  readonly restSeconds: (lifeSeconds: number) => number;
  /** What an id means that is equal to the cached one: use the text, renew its life unread, or fetch all the same. */
  readonly equalId: "use" | "renew" | "fetch";
  /** Whether an equal id also brings back a policy that has expired. */
  readonly revives: boolean;
  /** What happens to a valid policy when DNS says that there is no record. */
  readonly noRecord: "keep" | "forget";
  readonly lookupFails: "keep" | "forget";
  /** What becomes of a valid policy when its successor cannot be fetched: used on, or left aside this time. */
  readonly fetchFails: "use" | "ignore";
  /** For how long a sender without a policy believes that there is none, in seconds. */
  readonly nothing: { readonly noRecordSeconds: number; readonly fetchFailsSeconds: number };
  /** Rounds through the cache between deliveries. */
  readonly round: Round | null;
  /** What it does in mode `enforce` when no MX host that answers fits: refuse for good, or try again. */
  readonly mismatch: "refuses" | Retries;
  /** How many labels the `*` of a pattern stands for. */
  readonly wildcard: "one-label" | "any-depth";
}

export interface Round {
  readonly everySeconds: number;
  /** The round begins up to this much later. */
  readonly spreadSeconds: number;
  /** A policy that was read or renewed this short ago is left out. */
  readonly youngSeconds: number;
  /** What an equal id means here. Without DNS, and after another id, the round fetches. */
  readonly equalId: "use" | "renew";
  readonly revives: boolean;
  /** Whether it fetches when there is no record to be had, and keeps the text under the cached id. */
  readonly fetchesWithoutRecord: boolean;
}

/** What most senders do, and RFC 8461 wants. */
export const usual = {
  keep: keepAsPublished,
  asksDns: true,
  restSeconds: () => 0,
  equalId: "use",
  revives: false,
  noRecord: "keep",
  lookupFails: "keep",
  fetchFails: "use",
  nothing: { noRecordSeconds: 0, fetchFailsSeconds: 0 },
  round: null,
  wildcard: "one-label",
} as const satisfies Partial<Sender>;

/** The policy as RFC 8461 reads it. */
export function keepAsPublished({ policy }: PolicyText): Kept | null {
  if (policy === null) return null;
  return { mode: policy.mode, patterns: policy.mx, lifeSeconds: policy.maxAgeSeconds };
}
