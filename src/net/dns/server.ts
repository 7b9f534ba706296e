/** One question to one server: over UDP, and over TCP where UDP does not carry the answer. */
import crypto from "node:crypto";
import { makeQuery, readReply, type DnsFailure, type Question, type Reply } from "./message.ts";
import type { Server } from "./servers.ts";
import { TcpSockets } from "./tcp.ts";
import { UdpSockets } from "./udp.ts";

const formErr = 1;
const notImp = 4;
const badVers = 16;

export class DnsServer {
  readonly #udp: UdpSockets;
  readonly #tcp: TcpSockets;

  constructor(address: Server) {
    this.#udp = new UdpSockets(address);
    this.#tcp = new TcpSockets(address);
  }

  /** Asks, and again without EDNS where the server does not know that (RFC 6891 §7). Never rejects. */
  async ask(question: Question, waitMs: number, tries: number): Promise<Reply | DnsFailure> {
    const deadline = performance.now() + waitMs;
    const reply = await this.#askOnce(question, true, deadline, tries);
    if (typeof reply === "string" || ![formErr, notImp, badVers].includes(reply.rcode)) {
      return reply;
    }
    const plain = await this.#askOnce(question, false, deadline, tries);
    return typeof plain === "string" ? reply : plain;
  }

  close(): void {
    this.#udp.close();
    this.#tcp.close();
  }

  async #askOnce(
    question: Question,
    edns: boolean,
    deadline: number,
    tries: number,
  ): Promise<Reply | DnsFailure> {
    const id = crypto.randomInt(0x1_0000);
    const message = makeQuery(question, id, edns);
    const reply = await this.#udp.ask({
      message,
      waitMs: Math.max(1, deadline - performance.now()),
      tries,
      read: (bytes) => {
        const read = readReply(bytes, id, question);
        return read === "foreign" ? null : read;
      },
    });
    if (reply !== "truncated" && reply !== "malformed") return reply;
    const frame = await this.#tcp.ask(message, Math.max(1, deadline - performance.now()));
    if (typeof frame === "string") return frame;
    const whole = readReply(frame, id, question);
    // Truncated even here: more than the 64 KB that a message can have.
    if (whole === "truncated") return "too-large";
    return whole === "foreign" ? "malformed" : whole;
  }
}
