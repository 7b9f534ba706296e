/** DNS messages: a question into bytes, and bytes into a reply that belongs to the question. */
import packets, { type Answer, type DecodedPacket } from "dns-packet";
import type { DnsEvidence } from "./dns-evidence.ts";

export type QueryType = DnsEvidence<unknown>["type"];
export type DnsFailure = NonNullable<DnsEvidence<unknown>["failure"]>;

export interface Question {
  /** Lower case, without the trailing dot; `isAskable`. */
  readonly name: string;
  readonly type: QueryType;
}

/** A whole reply to a question. Names in it are as they came. */
export interface Reply {
  /** With the upper bits that EDNS adds. */
  readonly rcode: number;
  /** The AD bit. */
  readonly authenticated: boolean;
  readonly recursionAvailable: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

/**
 * What came for a question. `foreign`: it answers something else, or nothing. `truncated`: the whole of it
 * has to be asked for over TCP.
 */
export type ReadReply =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "foreign" | "truncated" | "malformed" };

/** What fragments nowhere (the DNS flag day of 2020). */
const udpPayloadSize = 1232;
const headerBytes = 12;

/**
 * Tells whether a name can be asked for: 1 to 63 octets to a label, 253 in all, printable ASCII.
 * dns-packet takes names as UTF-8 text and drops dots before a line break, so that anything else would
 * be another name on the wire.
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

/** Lower-cases ASCII only (RFC 4343) and takes the trailing dot away; the root is "". */
export function plainName(name: string): string {
  const lower = /[A-Z]/.test(name)
    ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : name;
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/**
 * Makes a query that wants recursion and the AD bit, but no signatures.
 *
 * @see RFC 6840 §5.7 the AD bit in a query
 */
export function makeQuery({ name, type }: Question, id: number, edns: boolean): Buffer {
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
    flags: packets.RECURSION_DESIRED | packets.AUTHENTIC_DATA,
    questions: [{ name, type, class: "IN" }],
    additionals: edns ? [opt] : [],
  });
}

/** Reads what came for a question. Never throws, whatever the bytes are. */
export function readReply(bytes: Buffer, id: number, question: Question): ReadReply {
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
  const { flag_ad: authenticated, flag_ra: recursionAvailable } = packet;
  const reply = { rcode, authenticated, recursionAvailable, answers, authorities };
  return { kind: "reply", reply };
}

function decode(bytes: Buffer): DecodedPacket | null {
  try {
    const packet = packets.decode(bytes);
    // dns-packet reads beyond the end without a word in some types; NaN is no length either.
    return packets.decode.bytes <= bytes.length ? packet : null;
  } catch {
    return null;
  }
}
