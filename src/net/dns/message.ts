/** DNS messages: a question into bytes, and bytes into the reply to a question. */
import packets, { type Answer, type DecodedPacket } from "dns-packet";
import type { DnsEvidence } from "./dns-evidence.ts";

export type QueryType = DnsEvidence<unknown>["type"];
export type DnsFailure = NonNullable<DnsEvidence<unknown>["failure"]>;

export interface DnsQuestion {
  /** Lower case, without the trailing dot; `isAskable`. */
  readonly name: string;
  readonly type: QueryType;
}

/** A complete reply to a question. Names in it are unchanged. */
export interface DnsReply {
  /** With the upper bits that EDNS adds. */
  readonly rcode: number;
  /** The AD bit. */
  readonly authenticated: boolean;
  /** The AA bit: the server has the zone of the name, or at least that of its first alias. */
  readonly authoritative: boolean;
  readonly recursionAvailable: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

/**
 * A message read as the reply to a question. `foreign`: it answers another question, or none. `truncated`: ask
 * again over TCP.
 */
export type ReadReply =
  | { readonly kind: "reply"; readonly reply: DnsReply }
  | { readonly kind: "foreign" | "truncated" | "malformed" };

/** Small enough not to be fragmented (DNS flag day 2020). */
const udpPayloadSize = 1232;
const headerBytes = 12;

/**
 * Whether a name can be looked up: printable ASCII, labels of 1 to 63 bytes, 253 bytes in all. dns-packet takes
 * names as UTF-8 text and drops dots before a line break, so anything else would be another name on the wire.
 *
 * @see RFC 1035 §2.3.4
 */
export function isAskable(name: string): boolean {
  return (
    name.length <= 253 &&
    /^[!-~]+$/.test(name) &&
    name.split(".").every(({ length }) => length > 0 && length <= 63)
  );
}

/** Lower-cases ASCII only (RFC 4343) and removes the trailing dot; the root is "". */
export function plainName(name: string): string {
  const lower = /[A-Z]/.test(name)
    ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : name;
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/** How to ask. */
export interface QueryStyle {
  /** Whether the message carries an OPT record. @see RFC 6891 */
  readonly edns: boolean;
  /** Whether the server is to ask others where it does not know: of a resolver yes, of an authoritative server no. */
  readonly recursion: boolean;
}

/**
 * Makes a query that asks for the AD bit, but not for signatures.
 *
 * @see RFC 6840 §5.7 the AD bit in a query
 */
export function makeQuery(
  { name, type }: DnsQuestion,
  id: number,
  { edns, recursion }: QueryStyle,
): Buffer {
  const opt = {
    type: "OPT",
    name: ".",
    udpPayloadSize,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  } satisfies Answer;
  return packets.encode({
    type: "query",
    id,
    flags: (recursion ? packets.RECURSION_DESIRED : 0) | packets.AUTHENTIC_DATA,
    questions: [{ name, type, class: "IN" }],
    additionals: edns ? [opt] : [],
  });
}

/** Reads a message as the reply to a question. Never throws, whatever the bytes are. */
export function readReply(bytes: Buffer, id: number, question: DnsQuestion): ReadReply {
  if (bytes.length < headerBytes || bytes.readUInt16BE(0) !== id) return { kind: "foreign" };
  const [third = 0] = bytes.subarray(2, 3);
  const isQueryResponse = (third & 0b1111_1000) === 0b1000_0000;
  if (!isQueryResponse) return { kind: "foreign" };
  const isTruncated = (third & 0b10) !== 0;
  if (isTruncated) return { kind: "truncated" };
  const packet = decode(bytes);
  if (packet === null) return { kind: "malformed" };
  const { questions = [], answers = [], authorities = [], additionals = [] } = packet;
  const opt = additionals.find(({ type }) => type === "OPT");
  const upperBits = opt?.type === "OPT" ? opt.extendedRcode : 0;
  const rcode = (upperBits << 4) | ((packet.flags ?? 0) & 0b1111);
  const [asked, ...others] = questions;
  if (asked === undefined) {
    // Servers that did not understand the question need not repeat it.
    if (rcode === 0) return { kind: "foreign" };
  } else if (
    others.length > 0 ||
    asked.type !== question.type ||
    asked.class !== "IN" ||
    plainName(asked.name) !== question.name
  ) {
    return { kind: "foreign" };
  }
  const reply = {
    rcode,
    authenticated: packet.flag_ad,
    authoritative: packet.flag_aa,
    recursionAvailable: packet.flag_ra,
    answers,
    authorities,
  };
  return { kind: "reply", reply };
}

function decode(bytes: Buffer): DecodedPacket | null {
  try {
    const packet = packets.decode(bytes);
    // For some types dns-packet silently reads beyond the end; NaN is not a length either.
    return packets.decode.bytes <= bytes.length ? packet : null;
  } catch {
    return null;
  }
}
