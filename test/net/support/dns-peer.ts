/** A DNS server on loopback that answers each query as a test wants, over UDP and TCP at one port. */
import packets, { type Answer, type DecodedPacket } from "dns-packet";
import dgram from "node:dgram";
import net from "node:net";
import { onTestFinished } from "vitest";
import type { Server } from "../../../src/net/dns/servers.ts";

export interface Query {
  readonly packet: DecodedPacket;
  /** The first name asked for. */
  readonly name: string;
  readonly over: "udp" | "tcp";
  /** Where it came from. */
  readonly port: number;
  /** Sends bytes back, as one datagram, or as a message with its length before it. */
  readonly send: (bytes: Buffer) => void;
  /** The connection, over TCP only. */
  readonly socket: net.Socket | null;
}

export interface Peer {
  readonly server: Server;
  readonly queries: readonly Query[];
}

/** Starts a peer that is gone when the test is; port 0 is a free one. */
export async function startPeer(
  answer: (query: Query) => void,
  { address, port: wanted }: Server = { address: "127.0.0.1", port: 0 },
): Promise<Peer> {
  const queries: Query[] = [];
  const connections = new Set<net.Socket>();
  const take = (bytes: Buffer, rest: Omit<Query, "packet" | "name">): void => {
    const packet = packets.decode(bytes);
    const query = { packet, name: packet.questions?.[0]?.name ?? "", ...rest };
    queries.push(query);
    answer(query);
  };
  const hearTcp = (socket: net.Socket): void => {
    connections.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const send = (message: Buffer): void => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.write(Buffer.concat([length, message]));
      };
      take(bytes.subarray(2), { over: "tcp", port: socket.remotePort ?? 0, send, socket });
    });
  };
  const { tcp, udp, port } = await listenAtBoth(address, wanted);
  tcp.on("connection", hearTcp);
  udp.on("error", () => undefined);
  udp.on("message", (bytes, from) => {
    const send = (message: Buffer): void => {
      udp.send(message, from.port, from.address);
    };
    take(bytes, { over: "udp", port: from.port, send, socket: null });
  });
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    await Promise.all([
      new Promise<void>((resolve) => {
        udp.close(resolve);
      }),
      new Promise((resolve) => tcp.close(resolve)),
    ]);
  });
  return { server: { address, port }, queries };
}

/** One port for both: a free one of TCP may be somebody's of UDP, then it is another's turn. */
async function listenAtBoth(
  address: string,
  wanted: number,
): Promise<{ tcp: net.Server; udp: dgram.Socket; port: number }> {
  for (;;) {
    const tcp = net.createServer();
    await new Promise<void>((resolve, reject) => {
      tcp.once("error", reject).listen(wanted, address, resolve);
    });
    const { port } = tcp.address() as net.AddressInfo;
    const udp = dgram.createSocket("udp4");
    const isBound = await new Promise<boolean>((resolve) => {
      udp.once("error", () => {
        resolve(false);
      });
      udp.bind(port, address, () => {
        resolve(true);
      });
    });
    if (isBound) return { tcp, udp, port };
    if (wanted !== 0) throw new Error(`port ${String(wanted)} of ${address} is taken`);
    tcp.close();
    udp.close();
  }
}

export interface ReplyParts {
  readonly answers?: Answer[];
  readonly authorities?: Answer[];
  readonly rcode?: number;
  readonly flags?: number;
  readonly id?: number;
  readonly name?: string;
}

/** A reply to a query, as a resolver makes it. */
export function reply({ packet }: Query, parts: ReplyParts = {}): Buffer {
  const { answers = [], authorities = [], rcode = 0, flags = packets.RECURSION_AVAILABLE } = parts;
  const questions = (packet.questions ?? []).map((question) => ({
    ...question,
    name: parts.name ?? question.name,
  }));
  return packets.encode({
    type: "response",
    id: parts.id ?? packet.id,
    flags: flags | rcode,
    questions,
    answers,
    authorities,
  });
}

export function a(name: string, data = "192.0.2.1"): Answer {
  return { type: "A", name, ttl: 60, data };
}

export function cname(name: string, data: string): Answer {
  return { type: "CNAME", name, ttl: 60, data };
}

export function soa(name: string): Answer {
  return { type: "SOA", name, ttl: 60, data: { mname: "ns.test", rname: "keeper.test" } };
}
