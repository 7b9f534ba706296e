/** A connection to one address, in clear or by TLS, which ends at its deadline whatever the other side does. */
import net from "node:net";
import tls from "node:tls";
import { isPublicAddress } from "../public-address.ts";
import { isOutOfReach, socketFailure } from "./failures.ts";
import type { TrustStore } from "./trust-store.ts";
import { handshakeOf, tlsEvidence, type Handshake, type PeerChain } from "./handshake-evidence.ts";
import type { Failure } from "../failure.ts";
import type { TlsEvidence } from "./tls-evidence.ts";

/** Where a conversation goes to, and what it may cost. */
export interface Destination {
  /** Host name, for SNI and for whoever asks who is meant. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly trust: TrustStore;
  /** For the whole conversation. */
  readonly timeoutMs: number;
  /** Whether addresses that are not public are tried. */
  readonly allowPrivate: boolean;
}

const maxDetail = 200;
/** Bytes that may come unasked before somebody reads them. */
const maxUnread = 1024 * 1024;
/** Saying goodbye takes no longer than this, in milliseconds. */
const goodbyeMs = 2000;

/**
 * One connection. Nothing throws: what ends it early stands in `failure`, and whoever waits is told by
 * null or false. `close` has to be called in the end.
 */
export class Connection {
  readonly #to: Destination;
  readonly #deadline: NodeJS.Timeout;
  #socket: net.Socket | null = null;
  #stage: Failure["stage"] = "connect";
  #failure: Failure | null = null;
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
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Names what is being waited for, in case it never comes. */
  enter(stage: Failure["stage"]): void {
    this.#stage = stage;
  }

  /** Ends the connection; the first reason is the one that counts. Always null, for whoever returns it. */
  fail(kind: Failure["kind"], detail: string): null {
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
   * Makes TLS of what is in clear. The certificate is recorded, not enforced. Evidence of a handshake
   * that was done is given even where the link has failed by now.
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
      // Node hands over the whole chain here, which costs something to ask for again.
      checkServerIdentity: (_name, peer) => {
        shown.peer = peer;
        return undefined;
      },
    });
    this.#adopt(socket);
    // At once: a moment later the other side may have ended it, and nothing can be asked any more.
    socket.once("secureConnect", () => {
      shown.handshake = handshakeOf(socket, shown.peer);
    });
    await this.#until(socket, "secureConnect");
    return shown.handshake === undefined ? null : tlsEvidence(shown.handshake, host, trust);
  }

  /** Says something; each character is one byte. */
  send(text: string): void {
    if (this.#socket?.writable === true) this.#socket.write(text, "latin1");
  }

  /** Whether bytes have come that nobody has read; they are thrown away. */
  async discard(): Promise<boolean> {
    // What has arrived by now is read in the next turn of the event loop, and this one is not over.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return this.#take().length > 0;
  }

  /** The bytes that come next; null when the other side has ended, or the connection has failed. */
  async receive(): Promise<Buffer | null> {
    while (this.#unread === 0) {
      if (this.#ended || this.#failure !== null) return null;
      await this.#woken();
    }
    return this.#failure === null ? this.#take() : null;
  }

  /**
   * Closes the connection, and waits until it is. Where nothing went wrong, `lastWords` are said first,
   * and their answer is waited for, but not for long.
   */
  async close(lastWords = ""): Promise<void> {
    clearTimeout(this.#deadline);
    const socket = this.#socket;
    if (socket === null || socket.closed) return;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const impatience = setTimeout(() => socket.destroy(), goodbyeMs);
    if (this.#failure === null && lastWords !== "") {
      this.send(lastWords);
      await this.receive();
    }
    // Where something went wrong there is no form to keep. Who was said goodbye to hangs up as well, and
    // only then is there no connection any more.
    if (this.#failure !== null) socket.destroy();
    else if (lastWords === "") socket.destroySoon();
    else socket.end();
    await closed;
    clearTimeout(impatience);
  }

  /** Listens to a socket. Its errors are heard to the end; nobody else would. */
  #adopt(socket: net.Socket): void {
    const hear = (bytes: Buffer): void => {
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
    socket.on("data", hear).on("end", end).on("close", end);
    this.#socket = socket;
    this.#abandon = () => {
      socket.off("data", hear).off("end", end).off("close", end);
    };
  }

  #end(failure: Failure): void {
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
    const happening = { happened: false };
    socket.once(event, () => {
      happening.happened = true;
      this.#wake();
    });
    for (;;) {
      if (this.#failure !== null) return false;
      if (happening.happened) return true;
      if (this.#ended) this.fail("closed", "");
      else await this.#woken();
    }
  }
}

/** Whether a name can stand in SNI (RFC 6066 §3), which an address cannot. */
function isHostName(host: string): boolean {
  return host.length <= 253 && /^[\w.-]+$/.test(host) && net.isIP(host) === 0;
}
