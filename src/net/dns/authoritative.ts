/** Asks a name server for what its own zone says, past every cache. */
import { isOutOfReach } from "../tls/failures.ts";
import { isPublicAddress } from "../public-address.ts";
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

/** Asks without recursion; only an answer with the AA bit counts. Never rejects. @see RFC 1035 §4.1.1 */
export async function askAuthoritative<T extends QueryType>(
  question: OwnQuestion<T>,
): Promise<OwnAnswer<T>> {
  const { server, name, type, waitMs, allowPrivate } = question;
  if (!allowPrivate && !isPublicAddress(server.address)) return { kind: "not-public" };
  if (!isAskable(name)) return { kind: "failed", failure: "malformed" };
  const connection = new DnsServer(server, { recursion: false });
  const reply = await connection.ask({ name, type }, waitMs, tries);
  connection.close();
  if (reply.ok) return readOwn(reply.value, question);
  const { failure } = reply;
  const isNoAnswer = failure === "timeout" || failure === "unreachable";
  return isNoAnswer && isWithoutRoute(server.address, failure)
    ? { kind: "missing" }
    : { kind: "failed", failure };
}

/** No route for IPv6 is common and this machine's fault; what refuses there serves nothing either. */
function isWithoutRoute(address: string, failure: DnsFailure): boolean {
  return (failure === "unreachable" && address.includes(":")) || isOutOfReach(address);
}

function readOwn<T extends QueryType>(
  reply: DnsReply,
  { zone, name, type }: OwnQuestion<T>,
): OwnAnswer<T> {
  if (isAnswer(reply) && !reply.authoritative) return { kind: "lame" };
  const chain = new Chain(name);
  // The AA bit is about the first name; what a server says of other zones may be as old as any cache.
  const answers = reply.answers.filter((answer) => isWithin(plainName(answer.name), zone));
  const reading = readAlong({ ...reply, answers }, type, chain);
  if (reading.status === "failed") return { kind: "failed", failure: reading.failure };
  if (reading.status === "alias" || !isWithin(chain.end, zone)) {
    return { kind: "alias", target: chain.end };
  }
  return reading.status === "found"
    ? { kind: "found", records: reading.records }
    : { kind: "absent" };
}

/** A referral without the AA bit is a failure of its own kind, but it is as lame. */
function isAnswer(reply: DnsReply): boolean {
  const isReferral = reply.rcode === 0 && failureOf(reply) !== null;
  return failureOf(reply) === null || isReferral;
}

function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
