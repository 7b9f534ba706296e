/** Asks a name server for what its own zone says, past every cache. */
import { isOutOfReach } from "../tls/failures.ts";
import { isPublicAddress } from "../../names/public-address.ts";
import { Chain, failureOf, readAlong } from "./chain.ts";
import { isAskable, plainName, type DnsFailure, type DnsReply, type QueryType } from "./message.ts";
import type { RecordOf } from "./records.ts";
import { DnsServer } from "./server.ts";
import type { Server } from "./servers.ts";

/** A question to one address of one name server. */
export interface OwnQuestion<T extends QueryType> {
  readonly server: Server;
  /** The zone that it is asked as a server of. */
  readonly zone: string;
  /** A name in the zone, lower case, without the trailing dot. */
  readonly name: string;
  readonly type: T;
  /** In total, however often the question is sent. */
  readonly waitMs: number;
  /** Whether to ask addresses that are not public. */
  readonly allowPrivate: boolean;
}

/**
 * What a server says of its zone. `alias`: the name is an alias of one in another zone, which other servers
 * have. `lame`: it answers, but not with authority, so it may be a cache, a proxy on the way, or a server that lost
 * the zone. `missing`: this machine has no route to the address.
 */
export type OwnAnswer<T extends QueryType> =
  | { readonly kind: "found"; readonly records: readonly RecordOf<T>[] }
  | { readonly kind: "alias"; readonly target: string }
  | { readonly kind: "absent" | "lame" | "not-public" | "missing" }
  | { readonly kind: "failed"; readonly failure: DnsFailure };

const tries = 3;

/**
 * Asks without recursion; only an answer with the AA bit counts. Aliases within the zone are followed at this
 * server. Never rejects.
 *
 * @see RFC 1035 §4.1.1
 */
export async function askAuthoritative<T extends QueryType>(
  question: OwnQuestion<T>,
): Promise<OwnAnswer<T>> {
  const { server, allowPrivate } = question;
  if (!allowPrivate && !isPublicAddress(server.address)) return { kind: "not-public" };
  const connection = new DnsServer(server, { recursion: false });
  try {
    return await followAt(connection, question);
  } finally {
    connection.close();
  }
}

async function followAt<T extends QueryType>(
  connection: DnsServer,
  { server, zone, name, type, waitMs }: OwnQuestion<T>,
): Promise<OwnAnswer<T>> {
  const deadline = performance.now() + waitMs;
  const chain = new Chain(name);
  for (;;) {
    const asked = chain.end;
    if (!isAskable(asked)) return { kind: "failed", failure: "malformed" };
    const left = Math.max(1, deadline - performance.now());
    const reply = await connection.ask({ name: asked, type }, left, tries);
    if (!reply.ok) {
      const isMissing = isWithoutRoute(server.address, reply.failure);
      return isMissing ? { kind: "missing" } : { kind: "failed", failure: reply.failure };
    }
    if (isAnswer(reply.value) && !reply.value.authoritative) {
      // An alias into a part of the zone that other servers have.
      return asked === name ? { kind: "lame" } : { kind: "alias", target: asked };
    }
    // The AA bit is about the first name; what a server says of other zones may be as old as any cache.
    const answers = reply.value.answers.filter((one) => isWithin(plainName(one.name), zone));
    const reading = readAlong({ ...reply.value, answers }, type, chain);
    if (reading.status === "failed") return { kind: "failed", failure: reading.failure };
    if (!isWithin(chain.end, zone)) return { kind: "alias", target: chain.end };
    if (reading.status === "found") return { kind: "found", records: reading.records };
    if (reading.status !== "alias") return { kind: "absent" };
  }
}

/** No route for IPv6 is common and this machine's fault; what refuses there serves nothing either. */
function isWithoutRoute(address: string, failure: DnsFailure): boolean {
  if (failure !== "timeout" && failure !== "unreachable") return false;
  return (failure === "unreachable" && address.includes(":")) || isOutOfReach(address);
}

/** Whether it is an answer or a referral, rather than the news of an error. */
function isAnswer(reply: DnsReply): boolean {
  return reply.rcode === 0 || failureOf(reply) === null;
}

function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
