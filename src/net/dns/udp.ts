/**
 * One query over UDP. Each query has a socket of its own, connected so that the kernel drops what others
 * send, on a port that the kernel chose. After its answer a socket is reused for a few more queries, which
 * halves the cost of a query.
 */
import dgram from "node:dgram";
import net from "node:net";
import { came, nothing, type Outcome } from "./outcome.ts";
import type { Server } from "./servers.ts";

/** Not many: who knows the port has guessed half of what it takes to forge an answer. */
const questionsPerSocket = 32;
const maxIdle = 128;
const firstResendMs = 1000;

export interface UdpQuestion<R> {
  readonly message: Buffer;
  /** In total, however often the message is sent. */
  readonly waitMs: number;
  readonly tries: number;
  /** Reads a message; null if it does not answer this query, and the wait goes on. */
  readonly read: (bytes: Buffer) => R | null;
}

/** The sockets to one server. */
export class UdpSockets {
  readonly #server: Server;
  readonly #idle: UdpSocket[] = [];
  readonly #busy = new Set<UdpSocket>();

  constructor(server: Server) {
    this.#server = server;
  }

  /** Sends until an answer arrives, and gives that. Never rejects. */
  async ask<R>(question: UdpQuestion<R>): Promise<Outcome<R>> {
    const socket = this.#idle.pop() ?? new UdpSocket(this.#server);
    this.#busy.add(socket);
    const answer = await socket.ask(question);
    this.#busy.delete(socket);
    if (socket.isReusable && this.#idle.length < maxIdle) this.#idle.push(socket);
    else socket.close();
    return answer;
  }

  /** Ends every query as unreachable. */
  close(): void {
    for (const socket of [...this.#busy, ...this.#idle.splice(0)]) socket.close();
  }
}

/** A socket that carries one query at a time. */
class UdpSocket {
  readonly #socket: dgram.Socket;
  readonly #connected: Promise<boolean>;
  #asked = 0;
  #isBroken = false;
  #onMessage: (bytes: Buffer) => void = () => undefined;
  #onBroken: () => void = () => undefined;

  constructor({ address, port }: Server) {
    this.#socket = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
    this.#socket.on("message", (bytes) => {
      this.#onMessage(bytes);
    });
    this.#connected = new Promise((resolve) => {
      // Refused by the server's machine (ICMP), no route, no descriptor left: treated alike.
      const broken = (): void => {
        this.#isBroken = true;
        this.#onBroken();
        resolve(false);
      };
      this.#socket.on("error", broken);
      this.#socket.on("close", broken);
      this.#socket.on("connect", () => {
        resolve(true);
      });
      // No callback: it would get the errors, and the `error` event would not be emitted.
      this.#socket.connect(port, address);
    });
  }

  /** False if an answer to an earlier query may still arrive. */
  get isReusable(): boolean {
    return !this.#isBroken && this.#asked < questionsPerSocket;
  }

  async ask<R>(question: UdpQuestion<R>): Promise<Outcome<R>> {
    this.#asked += 1;
    if (this.#asked === 1 && !(await this.#connected)) return nothing("unreachable");
    if (this.#isBroken) return nothing("unreachable");
    this.#socket.ref();
    return new Promise((resolve) => {
      const settle = (answer: Outcome<R>): void => {
        clearTimeout(deadline);
        clearTimeout(again);
        this.#onMessage = this.#onBroken = (): void => undefined;
        if (!this.#isBroken) this.#socket.unref();
        resolve(answer);
      };
      const deadline = setTimeout(() => {
        // A late answer would reach the next query.
        this.#isBroken = true;
        settle(nothing("timeout"));
      }, question.waitMs);
      // Each wait is twice the previous one, and the last still ends in time.
      let delay = Math.min(firstResendMs, question.waitMs / 2 ** (question.tries - 1));
      let left = question.tries;
      let again: NodeJS.Timeout | undefined;
      const send = (): void => {
        left -= 1;
        this.#socket.send(question.message, (error) => {
          if (error !== null) this.#onBroken();
        });
        if (left === 0) return;
        again = setTimeout(send, delay);
        delay *= 2;
      };
      this.#onBroken = (): void => {
        this.#isBroken = true;
        settle(nothing("unreachable"));
      };
      this.#onMessage = (bytes): void => {
        const answer = question.read(bytes);
        if (answer !== null) settle(came(answer));
      };
      send();
    });
  }

  close(): void {
    this.#isBroken = true;
    try {
      this.#socket.close();
    } catch {
      // It is closed already.
    }
  }
}
