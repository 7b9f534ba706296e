/** A connection to one address, in clear text or TLS, which ends at its deadline whatever the other side does. */
import net from "node:net";
import tls from "node:tls";
import { isPublicAddress } from "../../names/public-address.ts";
import { isOutOfReach, socketFailure } from "./failures.ts";
import type { TrustStore } from "./trust-store.ts";
import { handshakeOf, tlsEvidence, type Handshake, type PeerChain } from "./handshake-evidence.ts";
import type { ConnectionFailure } from "../failure.ts";
import type { TlsEvidence } from "./tls-evidence.ts";

/** Where to connect, and how long it may take. */
export interface Destination {
  /** Host name, for SNI and for evidence. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly trust: TrustStore;
  /** For the whole conversation. */
  readonly timeoutMs: number;
  /** Whether to connect to addresses that are not public. */
  readonly allowPrivate: boolean;
}

const maxDetail = 200;
/** Bytes that are buffered before they are read; more ends the connection. */
const maxUnread = 1024 * 1024;
/** How long to wait for the other side to close, in milliseconds. */
const closeTimeoutMs = 2000;

/**
 * One connection. Nothing throws: `failure` says what ended it early, and methods that wait then give null or
 * false. Call `close` in the end.
 */
export class Connection {
  readonly #to: Destination;
  readonly #deadline: NodeJS.Timeout;
  #socket: net.Socket | null = null;
  #stage: ConnectionFailure["stage"] = "connect";
  #failure: ConnectionFailure | null = null;
  #received: Buffer[] = [];
  #unread = 0;
  #ended = false;
  #wake: () => void = () => undefined;
  #abandon: () => void = () => undefined;

  constructor(to: Destination) {
    this.#to = to;
    this.#deadline = setTimeout(() => {
      const { address } = to;
      this.fail(this.#stage === "connect" && isOutOfReach(address) ? "missing" : "timeout", "");
    }, to.timeoutMs);
  }

  /** Why the connection ended early; null: it did not. */
  get failure(): ConnectionFailure | null {
    return this.#failure;
  }

  /** Sets the stage that a failure from now on belongs to. */
  enter(stage: ConnectionFailure["stage"]): void {
    this.#stage = stage;
  }

  /** Ends the connection; the first failure counts. Always gives null, so that callers can return it. */
  fail(kind: ConnectionFailure["kind"], detail: string): null {
    this.#end({ stage: this.#stage, kind, detail });
    return null;
  }

  async connect(): Promise<boolean> {
    const { address, port, allowPrivate } = this.#to;
    if (!allowPrivate && !isPublicAddress(address)) {
      this.fail("not-public", "");
      return false;
    }
    const socket = net.connect({ host: address, port, noDelay: true });
    this.#adopt(socket);
    return this.#until(socket, "connect");
  }

  /**
   * Starts TLS. The certificate is recorded, not enforced. If the handshake was completed, its evidence is
   * given even if the connection has failed since.
   */
  async secure({ sni }: { sni: boolean }): Promise<TlsEvidence | null> {
    this.enter("tls");
    const clear = this.#socket;
    if (clear === null || this.#failure !== null) return null;
    const { host, trust } = this.#to;
    this.#abandon();
    const shown: { peer?: PeerChain; handshake?: Handshake } = {};
    const socket = tls.connect({
      socket: clear,
      secureContext: trust.context,
      rejectUnauthorized: false,
      ...(sni && isHostName(host) ? { servername: host } : {}),
      // Node passes the whole chain here; getting it again later is expensive.
      checkServerIdentity: (_name, peer) => {
        shown.peer = peer;
        return undefined;
      },
    });
    this.#adopt(socket);
    // At once: when the other side ends the connection, the socket no longer knows these details.
    socket.once("secureConnect", () => {
      shown.handshake = handshakeOf(socket, shown.peer);
    });
    await this.#until(socket, "secureConnect");
    return shown.handshake === undefined ? null : tlsEvidence(shown.handshake, host, trust);
  }

  /** Sends text; each character is one byte. */
  send(text: string): void {
    if (this.#socket?.writable === true) this.#socket.write(text, "latin1");
  }

  /** Discards bytes that have arrived and were not read; false where there are none. */
  async discard(): Promise<boolean> {
    // The event loop reads what has arrived in its next turn, and this turn is not over yet.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return this.#take().length > 0;
  }

  /** Waits for the next bytes; null when the other side has ended, or the connection has failed. */
  async receive(): Promise<Buffer | null> {
    while (this.#unread === 0) {
      if (this.#ended || this.#failure !== null) return null;
      await this.#woken();
    }
    return this.#failure === null ? this.#take() : null;
  }

  /**
   * Closes the connection, and waits until it is closed. If nothing has failed, sends `farewell` first and
   * waits briefly for the answer.
   */
  async close(farewell = ""): Promise<void> {
    clearTimeout(this.#deadline);
    const socket = this.#socket;
    if (socket === null || socket.closed) return;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const limit = setTimeout(() => socket.destroy(), closeTimeoutMs);
    if (this.#failure === null && farewell !== "") {
      this.send(farewell);
      await this.receive();
    }
    // After a farewell the server hangs up too; only then is the connection gone on its side as well.
    if (this.#failure !== null) socket.destroy();
    else if (farewell === "") socket.destroySoon();
    else socket.end();
    await closed;
    clearTimeout(limit);
  }

  /** Listens to a socket. The error listener stays for good: an error without one would end the process. */
  #adopt(socket: net.Socket): void {
    const receive = (bytes: Buffer): void => {
      this.#received.push(bytes);
      this.#unread += bytes.length;
      if (this.#unread > maxUnread) this.fail("too-large", "");
      this.#wake();
    };
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("error", (error) => {
      this.#end(socketFailure(error, this.#stage, this.#to.address));
    });
    socket.on("data", receive).on("end", end).on("close", end);
    this.#socket = socket;
    this.#abandon = () => {
      socket.off("data", receive).off("end", end).off("close", end);
    };
  }

  #end(failure: ConnectionFailure): void {
    this.#failure ??= { ...failure, detail: failure.detail.slice(0, maxDetail) };
    this.#socket?.destroy();
    this.#wake();
  }

  #take(): Buffer {
    const bytes = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received);
    this.#received = [];
    this.#unread = 0;
    return bytes ?? Buffer.alloc(0);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Waits for the event; false when a failure or the end came before it. */
  async #until(socket: net.Socket, event: "connect" | "secureConnect"): Promise<boolean> {
    const state = { happened: false };
    socket.once(event, () => {
      state.happened = true;
      this.#wake();
    });
    for (;;) {
      if (this.#failure !== null) return false;
      if (state.happened) return true;
      if (this.#ended) this.fail("closed", "");
      else await this.#woken();
    }
  }
}

/** Whether a name can stand in SNI (RFC 6066 §3), which an address cannot. */
function isHostName(host: string): boolean {
  return host.length <= 253 && /^[\w.-]+$/.test(host) && net.isIP(host) === 0;
}
