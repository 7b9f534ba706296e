/**
 * The DNS server of the zoo, over UDP and TCP: knows one zone and answers as a resolver does, with
 * chains of aliases in one answer.
 */
import packets, { type Answer, type DecodedPacket, type Question } from "dns-packet";
import dgram from "node:dgram";
import net from "node:net";
import { zooZone } from "./entry.ts";
import { Sockets } from "./sockets.ts";
import type { Zone, ZoneRecord } from "./zone.ts";

export interface ZooDns {
  /** `127.0.0.1:port`, the same over UDP and TCP. */
  readonly resolver: string;
  close(): Promise<void>;
}

const address = "127.0.0.1";
const ttl = 300;
/** Aliases in one answer; a longer chain is left to whoever asks. */
const maxAliases = 8;
/** The zone above: whoever climbs to the top, for CAA records, comes by. */
const apex = "test";
const maxUdpBytes = 1232;
const maxBytes = 65_535;
const headerBytes = 12;
const opcodeShift = 11;
const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };

/** What is said to a question; null: nothing at all. */
type FirstProblem = {
  readonly rcode: keyof typeof rcodes;
  readonly answers: readonly Answer[];
  /** Whether the zone's SOA says that the answer ends here. */
  readonly isNegative: boolean;
  readonly isProven: boolean;
} | null;

/** Serves the zone as it is at this moment. */
export async function startZooDns(zone: Zone): Promise<ZooDns> {
  const names = new Names(zone);
  const sockets = new Sockets();
  const tcp = net.createServer((socket) => {
    serveStream(socket, names);
  });
  const port = await sockets.listen(tcp, address, 0);
  const udp = dgram.createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  const isBound = await new Promise<boolean>((resolve) => {
    udp.once("error", () => {
      resolve(false);
    });
    udp.bind(port, address, () => {
      resolve(true);
    });
  });
  if (!isBound) {
    // What is free of TCP is somebody's of UDP: another port.
    udp.close();
    await sockets.close();
    return startZooDns(zone);
  }
  // A client that has gone is no news.
  udp.on("error", () => undefined);
  udp.on("message", (bytes, from) => {
    const answer = answerTo(bytes, names, "udp");
    if (answer !== null) udp.send(answer, from.port, from.address);
  });
  return {
    resolver: `${address}:${String(port)}`,
    close: async () => {
      await Promise.all([
        sockets.close(),
        new Promise<void>((resolve) => {
          udp.close(resolve);
        }),
      ]);
    },
  };
}

/** Answers every question of a connection, in their order. */
function serveStream(socket: net.Socket, names: Names): void {
  let unread = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    unread = Buffer.concat([unread, bytes]);
    while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
      const end = 2 + unread.readUInt16BE(0);
      const answer = answerTo(unread.subarray(2, end), names, "tcp");
      unread = unread.subarray(end);
      if (answer === null) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  });
}

function answerTo(bytes: Buffer, names: Names, over: "udp" | "tcp"): Buffer | null {
  const query = decode(bytes);
  if (query === null || query.flag_qr) return null;
  const [question] = query.questions ?? [];
  const opt = query.additionals?.find(({ type }) => type === "OPT");
  const offered = opt?.type === "OPT" ? opt.udpPayloadSize : 512;
  const said =
    opcodeOf(query) !== 0
      ? refusal("NOTIMP")
      : question === undefined
        ? refusal("FORMERR")
        : names.say(question);
  if (said === null) return null;
  const whole = encode(query, said, opt !== undefined);
  const most = over === "tcp" ? maxBytes : Math.min(Math.max(offered, 512), maxUdpBytes);
  return whole.length <= most ? whole : encode(query, said, opt !== undefined, "truncated");
}

function encode(
  query: DecodedPacket,
  said: NonNullable<FirstProblem>,
  edns: boolean,
  cut?: "truncated",
): Buffer {
  const wantsProof = query.flag_ad;
  const flags =
    packets.RECURSION_AVAILABLE |
    (query.flag_rd ? packets.RECURSION_DESIRED : 0) |
    (cut === "truncated" ? packets.TRUNCATED_RESPONSE : 0) |
    (said.isProven && wantsProof ? packets.AUTHENTIC_DATA : 0) |
    (opcodeOf(query) << opcodeShift) |
    rcodes[said.rcode];
  const opt = {
    type: "OPT",
    name: ".",
    udpPayloadSize: maxUdpBytes,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  } satisfies Answer;
  const answers = cut === "truncated" ? [] : said.answers;
  const authorities = said.isNegative ? [soa] : [];
  const additionals = edns ? [opt] : [];
  const { id, questions = [] } = query;
  const head = packets.encode({ type: "response", id, flags, questions });
  [answers, authorities, additionals].forEach(({ length }, section) => {
    head.writeUInt16BE(length, 6 + 2 * section);
  });
  const [asked = { name: "" }] = questions;
  return Buffer.concat([
    head,
    ...[...answers, ...authorities, ...additionals].map((record) =>
      encodeRecord(record, asked.name),
    ),
  ]);
}

/** dns-packet does not compress names, and sixty kilobytes of records would then not fit. */
function encodeRecord(record: Answer, asked: string): Buffer {
  const bytes = packets.encode({ answers: [record] }).subarray(headerBytes);
  if (record.name !== asked || asked === "") return bytes;
  const questionName = Buffer.from([0xc0, headerBytes]);
  return Buffer.concat([questionName, bytes.subarray(Buffer.byteLength(asked) + 2)]);
}

const soa: Answer = {
  type: "SOA",
  name: apex,
  ttl,
  data: {
    mname: `ns.${zooZone}`,
    rname: `keeper.${zooZone}`,
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: ttl,
  },
};

function decode(bytes: Buffer): DecodedPacket | null {
  try {
    return packets.decode(bytes);
  } catch {
    return null;
  }
}

function opcodeOf({ flags = 0 }: DecodedPacket): number {
  return (flags >> opcodeShift) & 0b1111;
}

function refusal(rcode: keyof typeof rcodes): NonNullable<FirstProblem> {
  return { rcode, answers: [], isNegative: false, isProven: false };
}

/** The zone by name, with the empty names between. */
class Names {
  readonly #zone: Zone;
  readonly #nodes = new Map<string, ZoneRecord[]>();

  constructor(zone: Zone) {
    this.#zone = zone;
    this.#nodes.set(apex, []).set(zooZone, []);
    for (const record of zone.records) {
      const name = record.name.toLowerCase();
      for (let at: string | null = name; at !== null && isOurs(at); at = parentOf(at)) {
        if (!this.#nodes.has(at)) this.#nodes.set(at, []);
      }
      this.#nodes.get(name)?.push(record);
    }
  }

  say({ name, type }: Question): FirstProblem {
    const answers: Answer[] = [];
    const seen = new Set<string>();
    let owner = name;
    for (;;) {
      const key = owner.toLowerCase();
      const fault = this.#zone.faults.get(`${key} ${type}`);
      if (fault === "silent") return null;
      if (fault === "servfail") return refusal("SERVFAIL");
      if (!isOurs(key)) return answers.length === 0 ? refusal("REFUSED") : refusal("SERVFAIL");
      const turnsBack = seen.has(key);
      seen.add(key);
      const isProven = [...seen].every((each) => this.#zone.secure.has(each));
      // Once around a loop, as some resolvers answer; a chain that goes on is not at its end either.
      if (turnsBack || answers.length === maxAliases) {
        return { rcode: "NOERROR", answers, isNegative: false, isProven };
      }
      const records = this.#at(key);
      if (records === null) return { rcode: "NXDOMAIN", answers, isNegative: true, isProven };
      const alias = records.find((record) => record.type === "CNAME");
      if (alias !== undefined && type !== "CNAME") {
        answers.push(answer(owner, alias));
        owner = alias.data as string;
        continue;
      }
      const found = records.filter((record) => record.type === type);
      answers.push(...found.map((record) => answer(owner, record)));
      return { rcode: "NOERROR", answers, isNegative: found.length === 0, isProven };
    }
  }

  /** What is at a name, by a wildcard where there is no such name; null: nothing. @see RFC 4592 §3.3.1 */
  #at(name: string): readonly ZoneRecord[] | null {
    const own = this.#nodes.get(name);
    if (own !== undefined) return own;
    let encloser = parentOf(name);
    while (encloser !== null && !this.#nodes.has(encloser)) encloser = parentOf(encloser);
    return this.#nodes.get(`*.${encloser ?? ""}`) ?? null;
  }
}

function answer(name: string, { type, data }: ZoneRecord): Answer {
  return { name, type, ttl, class: "IN", data } as Answer;
}

function isOurs(name: string): boolean {
  return name === apex || name === zooZone || name.endsWith(`.${zooZone}`);
}

function parentOf(name: string): string | null {
  const dot = name.indexOf(".");
  return dot < 0 ? null : name.slice(dot + 1);
}
