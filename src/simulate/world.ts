/**
 * A domain's world: what its policy host serves, what its name servers say and which hosts take its
 * mail, as events on a timeline. Nothing here knows who published what on purpose.
 *
 * Before the first event about a subject there is nothing: an address serves nothing, a name server
 * says that there is no record, no address is in DNS. An MX host that no event mentions is up.
 */
import type { Moment } from "./time.ts";

/** How an MX host answers: with a valid certificate, without one (or without TLS), or not at all. */
export type MxHostState = "up" | "without-tls" | "down";

export type WorldEvent =
  /** An address of the policy host begins to serve a text; null: it answers with anything else, or not at all. */
  | {
      readonly at: Moment;
      readonly what: "serve";
      readonly address: string;
      readonly text: string | null;
    }
  /**
   * The A and AAAA records of the policy host change, also behind a CNAME. `ttlSeconds` is how long
   * a resolver may give this set after it was replaced: the longest TTL of the chain.
   */
  | {
      readonly at: Moment;
      readonly what: "addresses";
      readonly addresses: readonly string[];
      readonly ttlSeconds: number;
    }
  /** A name server begins to give an `_mta-sts` record with this id; null: none, or one that is not valid. */
  | {
      readonly at: Moment;
      readonly what: "announce";
      readonly nameServer: string;
      readonly id: string | null;
      /** TTL of the record; of the negative answer where there is none. */
      readonly ttlSeconds: number;
    }
  /** The MX records change. */
  | {
      readonly at: Moment;
      readonly what: "mx";
      readonly hosts: readonly string[];
      readonly ttlSeconds: number;
    }
  | {
      readonly at: Moment;
      readonly what: "mx-host";
      readonly host: string;
      readonly state: MxHostState;
    }
  /** The whole policy host goes away, or comes back with what its addresses serve by then. */
  | { readonly at: Moment; readonly what: "policy-host"; readonly up: boolean }
  /** Lookups of `_mta-sts` begin to fail everywhere (SERVFAIL, timeout), or work again; what resolvers have cached stays. */
  | { readonly at: Moment; readonly what: "lookups"; readonly work: boolean };

/** In any order: of simultaneous events about one subject none may contradict another. */
export type World = readonly WorldEvent[];

/** What an event is about: one subject has one value at a time. */
export function subjectOf(event: WorldEvent): string {
  switch (event.what) {
    case "serve":
      return `serve ${event.address}`;
    case "announce":
      return `announce ${event.nameServer}`;
    case "mx-host":
      return `mx-host ${event.host.toLowerCase()}`;
    default:
      return event.what;
  }
}
