/** One query over TCP. */
import net from "node:net";
import { came, nothing, type Outcome } from "./outcome.ts";
import type { Server } from "./servers.ts";

const lengthBytes = 2;

/** The connections to one server. */
export class TcpSockets {
  readonly #server: Server;
  readonly #open = new Set<net.Socket>();

  constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Sends a message and gives the first that is returned, of at most 65,535 bytes; `malformed` if it is
   * shorter than it says, `unreachable` if none begins. The time limit is for all of it, so that a slow server
   * cannot hold the connection. Never rejects.
   *
   * @see RFC 1035 §4.2.2
   */
  ask(message: Buffer, waitMs: number): Promise<Outcome<Buffer>> {
    return new Promise((resolve) => {
      const socket = net.connect({ host: this.#server.address, port: this.#server.port });
      this.#open.add(socket);
      const reader = new FrameReader();
      const settle = (outcome: Outcome<Buffer>): void => {
        clearTimeout(deadline);
        this.#open.delete(socket);
        socket.destroy();
        resolve(outcome);
      };
      const deadline = setTimeout(() => {
        settle(nothing("timeout"));
      }, waitMs);
      socket.on("data", (bytes) => {
        const frame = reader.add(bytes);
        if (frame !== null) settle(came(frame));
      });
      socket.on("error", () => undefined);
      // After the end of either side, an error, or `close`.
      socket.on("close", () => {
        settle(nothing(reader.hasBegun ? "malformed" : "unreachable"));
      });
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
  }

  /** Ends every query as unreachable or malformed. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** Assembles the first message, and keeps no more than that. */
class FrameReader {
  #length = 0;
  #lengthRead = 0;
  #frame: Buffer | null = null;
  #filled = 0;

  get hasBegun(): boolean {
    return this.#lengthRead > 0;
  }

  /** Gives the message once it is complete. */
  add(bytes: Buffer): Buffer | null {
    let rest = bytes;
    while (this.#lengthRead < lengthBytes && rest.length > 0) {
      this.#length = (this.#length << 8) | rest.readUInt8(0);
      this.#lengthRead += 1;
      rest = rest.subarray(1);
    }
    if (this.#lengthRead < lengthBytes) return null;
    this.#frame ??= Buffer.alloc(this.#length);
    this.#filled += rest.copy(this.#frame, this.#filled);
    return this.#filled === this.#length ? this.#frame : null;
  }
}
