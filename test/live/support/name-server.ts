/** DNS servers of a small world: authoritative ones, each with its own copy of its zones, and a resolver that knows all. */
import packets, { type Answer, type StringAnswer } from "dns-packet";
import { reply, startPeer, type Peer, type Query } from "../../net/support/dns-peer.ts";
import type { Server } from "../../../src/net/dns/servers.ts";

/** What one server has, and how it answers. */
export interface NameServer {
  /** Zones that it answers for with authority; a resolver has none. */
  readonly zones?: readonly string[];
  readonly records: readonly Answer[];
  /** In place of all that: silence, or a reply of one's own. */
  readonly answer?: (query: Query) => void;
  /** Answers too large for UDP. */
  readonly onlyTcp?: boolean;
}

export function txt(name: string, ...texts: readonly string[]): Answer[] {
  return texts.map((text) => ({
    type: "TXT",
    name,
    ttl: 300,
    data: text.match(/.{1,99}/gs) ?? [""],
  }));
}

export function ns(zone: string, ...hosts: readonly string[]): Answer[] {
  return hosts.map((data) => ({ type: "NS", name: zone, ttl: 300, data }) satisfies StringAnswer);
}

/** Starts a server that is gone when the test is. */
export function startNameServer(server: NameServer, at?: Server): Promise<Peer> {
  return startPeer(
    server.answer ??
      ((query) => {
        answerFrom(server, query);
      }),
    at,
  );
}

function answerFrom({ zones, records, onlyTcp = false }: NameServer, query: Query): void {
  const type = query.packet.questions?.[0]?.type;
  const name = query.name.toLowerCase();
  const zone = zones?.find((one) => name === one || name.endsWith(`.${one}`));
  const isResolver = zones === undefined;
  if (!isResolver && zone === undefined) {
    query.send(reply(query, { rcode: 5, flags: 0 }));
    return;
  }
  const answers: Answer[] = [];
  let owner = name;
  for (let step = 0; step < 12; step += 1) {
    const alias = records.find((one) => one.type === "CNAME" && one.name === owner);
    if (alias?.type !== "CNAME" || type === "CNAME") break;
    answers.push(alias);
    owner = alias.data;
  }
  const found = records.filter((one) => one.name === owner && one.type === type);
  answers.push(...found);
  const exists = records.some((one) => one.name === owner || one.name.endsWith(`.${owner}`));
  const soa: Answer = {
    type: "SOA",
    name: zone ?? owner,
    ttl: 60,
    data: { mname: "ns.test", rname: "keeper.test" },
  };
  const flags =
    (isResolver ? packets.RECURSION_AVAILABLE : packets.AUTHORITATIVE_ANSWER) |
    (onlyTcp && query.over === "udp" ? packets.TRUNCATED_RESPONSE : 0);
  query.send(
    reply(query, {
      flags,
      rcode: exists || answers.length > 0 ? 0 : 3,
      answers: onlyTcp && query.over === "udp" ? [] : answers,
      authorities: found.length === 0 && answers.length === 0 ? [soa] : [],
    }),
  );
}
