/** One query to one server: over UDP, and over TCP if the answer is too large for UDP. */
import crypto from "node:crypto";
import { makeQuery, readReply, type DnsQuestion, type DnsReply } from "./message.ts";
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
  readonly #recursion: boolean;

  /** `recursion`: whether it is asked as a resolver; false: for what it knows itself. */
  constructor(address: Server, { recursion }: { readonly recursion: boolean }) {
    this.#recursion = recursion;
    this.#udp = new UdpSockets(address);
    this.#tcp = new TcpSockets(address);
  }

  /** Asks, and asks again without EDNS if the server does not support it (RFC 6891 §7). Never rejects. */
  async ask(question: DnsQuestion, waitMs: number, tries: number): Promise<Outcome<DnsReply>> {
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
    question: DnsQuestion,
    edns: boolean,
    deadline: number,
    tries: number,
  ): Promise<Outcome<DnsReply>> {
    const id = crypto.randomInt(0x1_0000);
    const message = makeQuery(question, id, { edns, recursion: this.#recursion });
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
    // Truncated even over TCP: larger than the 64 KB of a message.
    return nothing(whole.kind === "truncated" ? "too-large" : "malformed");
  }
}
