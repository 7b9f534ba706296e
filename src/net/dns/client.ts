/** A stub resolver: asks recursive resolvers, and records their answers as evidence. */
import pLimit from "p-limit";
import { AnswerCache } from "./answer-cache.ts";
import { Chain, failureOf, readAlong } from "./chain.ts";
import {
  isAskable,
  plainName,
  type DnsFailure,
  type QueryType,
  type DnsQuestion,
  type DnsReply,
} from "./message.ts";
import { nothing, type Outcome } from "./outcome.ts";
import type { DataOf } from "./records.ts";
import { DnsServer } from "./server.ts";
import type { Server } from "./servers.ts";
import type { CaaData, DnsEvidence } from "./dns-evidence.ts";

type Evidence<T extends QueryType> = DnsEvidence<DataOf[T]>;

export interface DnsOptions {
  /** Asked in this order: the next one if one is silent or fails. */
  readonly servers: readonly Server[];
  /** How long one lookup may take in total: every server, try and alias. */
  readonly timeoutMs: number;
  /** How often a message is sent to a silent server; 3 by default. */
  readonly tries?: number;
}

/** Queries in flight at the same time, each with one socket. */
const maxOpen = 500;

/**
 * A stub resolver. Nothing in it rejects: failures are evidence too. Names may have any case and a trailing
 * dot; evidence has them in lower case without it. The same query within half a minute is sent once.
 */
export class DnsClient {
  readonly #servers: readonly DnsServer[];
  readonly #timeoutMs: number;
  readonly #tries: number;
  readonly #slots = pLimit(maxOpen);
  readonly #cache = new AnswerCache();
  /** The server that answered last is asked first, so that a dead one costs its timeout once. */
  #preferred = 0;
  #isClosed = false;

  constructor({ servers, timeoutMs, tries = 3 }: DnsOptions) {
    this.#servers = servers.map((address) => new DnsServer(address, { recursion: true }));
    this.#timeoutMs = timeoutMs;
    this.#tries = tries;
  }

  mx(name: string): Promise<Evidence<"MX">> {
    return this.#look(name, "MX");
  }

  txt(name: string): Promise<Evidence<"TXT">> {
    return this.#look(name, "TXT");
  }

  a(name: string): Promise<Evidence<"A">> {
    return this.#look(name, "A");
  }

  aaaa(name: string): Promise<Evidence<"AAAA">> {
    return this.#look(name, "AAAA");
  }

  ns(name: string): Promise<Evidence<"NS">> {
    return this.#look(name, "NS");
  }

  tlsa(name: string): Promise<Evidence<"TLSA">> {
    return this.#look(name, "TLSA");
  }

  /**
   * Finds the CAA records that apply to a host: its own, or those of its closest ancestor below the root.
   * `name` says whose they are. A failure on the way is the result, because then it is not known whether there
   * are any; if there are none, the result is the answer for the host itself.
   *
   * @see RFC 8659 §3
   */
  async caaOf(host: string): Promise<DnsEvidence<CaaData>> {
    const own = await this.#look(host, "CAA");
    let evidence = own;
    for (;;) {
      if (evidence.status === "found" || evidence.status === "failed") return evidence;
      const dot = evidence.name.indexOf(".");
      if (dot < 0) return own;
      evidence = await this.#look(evidence.name.slice(dot + 1), "CAA");
    }
  }

  /** Closes every socket; open queries fail as unreachable. */
  close(): void {
    this.#isClosed = true;
    for (const server of this.#servers) server.close();
  }

  #look<T extends QueryType>(asked: string, type: T): Promise<Evidence<T>> {
    const name = plainName(asked);
    if (!isAskable(name)) return Promise.resolve(failed(name, type, "malformed"));
    return this.#cache.get(name, type, () => this.#slots(() => this.#resolve(name, type)));
  }

  async #resolve<T extends QueryType>(name: string, type: T): Promise<Evidence<T>> {
    const deadline = performance.now() + this.#timeoutMs;
    const chain = new Chain(name);
    let authenticated = true;
    for (;;) {
      const { aliases, end } = chain;
      if (!isAskable(end)) return { ...failed(name, type, "malformed"), aliases };
      const reply = await this.#ask({ name: end, type }, deadline);
      if (!reply.ok) return { ...failed(name, type, reply.failure), aliases };
      authenticated &&= reply.value.authenticated;
      const reading = readAlong(reply.value, type, chain);
      if (reading.status === "alias") continue;
      return {
        name,
        type,
        status: reading.status,
        failure: reading.status === "failed" ? reading.failure : null,
        aliases: chain.aliases,
        records: reading.status === "found" ? reading.records : [],
        authenticated: authenticated && reading.status !== "failed",
      };
    }
  }

  /** Asks one server after the other, and gives each a share of the time. */
  async #ask(question: DnsQuestion, deadline: number): Promise<Outcome<DnsReply>> {
    const count = this.#servers.length;
    const first = this.#preferred;
    let failure: DnsFailure | null = null;
    for (let turn = 0; turn < count && !this.#isClosed; turn += 1) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      const index = (first + turn) % count;
      const reply = await this.#servers[index]?.ask(question, left / (count - turn), this.#tries);
      if (reply === undefined) break;
      const reason = reply.ok ? failureOf(reply.value) : reply.failure;
      if (reason === null) {
        this.#preferred = index;
        return reply;
      }
      failure = weightier(failure, reason);
    }
    return nothing(failure ?? (this.#isClosed || count === 0 ? "unreachable" : "timeout"));
  }
}

/** A server's answer weighs more than another's silence. */
const byWeight: readonly DnsFailure[] = [
  "servfail",
  "refused",
  "too-large",
  "malformed",
  "timeout",
  "unreachable",
];

function weightier(one: DnsFailure | null, other: DnsFailure): DnsFailure {
  return one !== null && byWeight.indexOf(one) < byWeight.indexOf(other) ? one : other;
}

function failed<T extends QueryType>(name: string, type: T, failure: DnsFailure): Evidence<T> {
  return { name, type, status: "failed", failure, aliases: [], records: [], authenticated: false };
}
