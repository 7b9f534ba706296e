/**
 * What was seen of a domain from outside: which policy each address of its policy host serves, and which id each
 * of its name servers announces. How it was looked at is the business of `live/`; what follows from it for the
 * timeline, that of `record-look.ts`.
 */
import type { UnixSeconds } from "../stamp.ts";

/** What one address of the policy host answered. */
export type AddressLook = {
  readonly address: string;
  /** False: DNS named it not long ago, and senders that keep the answer still go there. */
  readonly isInDns: boolean;
} & (
  | { readonly kind: "policy"; readonly text: string }
  /** It answered, but with nothing that a sender takes as a policy: a bad certificate, a status other than 200, … */
  | { readonly kind: "refused"; readonly detail: string }
  /** No answer: a timeout, a refused connection. */
  | { readonly kind: "silent"; readonly detail: string }
  /** This machine cannot reach it, for example because it has no IPv6. Says nothing about the host. */
  | { readonly kind: "not-looked-at"; readonly detail: string }
);

/** What one name server said of the `_mta-sts` TXT record. */
export type ServerLook = {
  /** Name and address of an authoritative server, or the address of a resolver. */
  readonly server: string;
  /** False: a resolver, whose answer may be as old as the record's TTL. */
  readonly isAuthoritative: boolean;
} & (
  | { readonly kind: "id"; readonly id: string; readonly ttlSeconds: number }
  | { readonly kind: "absent" }
  /** There is a record, but senders ignore it. */
  | { readonly kind: "invalid"; readonly detail: string }
  /** No answer of its own: a timeout, SERVFAIL, or it does not have the zone. */
  | { readonly kind: "silent"; readonly detail: string }
  /** The same, and it has been so in several looks since that time: it does not count until it answers. */
  | { readonly kind: "set-aside"; readonly detail: string; readonly since: UnixSeconds }
  /** This machine cannot reach it, or there were too many. Says nothing about the server. */
  | { readonly kind: "not-looked-at"; readonly detail: string }
);

/** One look at a domain. */
export interface Look {
  readonly domain: string;
  readonly startedAt: UnixSeconds;
  readonly endedAt: UnixSeconds;
  /** Whether the policy host has addresses; `unknown`: DNS gave no answer. */
  readonly host: "found" | "absent" | "unknown";
  readonly addresses: readonly AddressLook[];
  readonly servers: readonly ServerLook[];
  /** How far the `Date` of the policy host's responses is ahead of this machine's clock, in seconds; null: none was given. */
  readonly dateAheadSeconds: number | null;
}
