/** One question to one server: over UDP, and over TCP where UDP does not carry the answer. */
import crypto from "node:crypto";
import { makeQuery, readReply, type Question, type Reply } from "./message.ts";
import { came, nothing, type Outcome } from "./outcome.ts";
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
  async ask(question: Question, waitMs: number, tries: number): Promise<Outcome<Reply>> {
    const deadline = performance.now() + waitMs;
    const reply = await this.#askOnce(question, true, deadline, tries);
    if (!reply.ok || ![formErr, notImp, badVers].includes(reply.value.rcode)) return reply;
    const plain = await this.#askOnce(question, false, deadline, tries);
    return plain.ok ? plain : reply;
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
  ): Promise<Outcome<Reply>> {
    const id = crypto.randomInt(0x1_0000);
    const message = makeQuery(question, id, edns);
    const answer = await this.#udp.ask({
      message,
      waitMs: Math.max(1, deadline - performance.now()),
      tries,
      read: (bytes) => {
        const read = readReply(bytes, id, question);
        return read.kind === "foreign" ? null : read;
      },
    });
    if (!answer.ok) return answer;
    if (answer.value.kind === "reply") return came(answer.value.reply);
    const frame = await this.#tcp.ask(message, Math.max(1, deadline - performance.now()));
    if (!frame.ok) return frame;
    const whole = readReply(frame.value, id, question);
    if (whole.kind === "reply") return came(whole.reply);
    // Truncated even here: more than the 64 KB that a message can have.
    return nothing(whole.kind === "truncated" ? "too-large" : "malformed");
  }
}
