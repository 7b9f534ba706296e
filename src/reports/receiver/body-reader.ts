/** Reads the bodies of posts: not too large, not too slow, and not more at once than the memory quota allows. */
import type { IncomingMessage } from "node:http";
import { maxPostBytes } from "../../tls-rpt/report/bounds.ts";
import type { MemoryLease } from "./memory-quota.ts";
import { DataRateDeadline, type MinDataRate } from "./min-data-rate.ts";
import { Rejection, tooLarge } from "./rejection.ts";

/** Memory is allocated in blocks: tiny chunks kept as they come would cost a hundred times their size. */
export const blockBytes = 64 * 1024;
/** A client this far behind the minimum data rate may be rejected to make room for others. */
const minEvictionLagMs = 2000;
/** By then, stalled posts of the same network have been rejected. */
const networkRetrySeconds = 30;

export class BodyReader {
  readonly #rate: MinDataRate;
  readonly #bodies = new Set<Body>();

  constructor(rate: MinDataRate) {
    this.#rate = rate;
  }

  /**
   * Reads a body into the memory that its lease covers. If the quota is used up, the client that is furthest
   * behind the minimum data rate is rejected with 408 instead of the newcomer: it would be rejected within
   * seconds anyway, it may be slow on purpose, and senders try again after a 408 as after a 503. If no client
   * is behind, the newcomer gets 503. The lease of a rejected body is released at once.
   *
   * @throws {@link Rejection}, and the error of the request when its client disconnects
   */
  async read(request: IncomingMessage, lease: MemoryLease): Promise<Buffer> {
    const body = new Body(request, lease, this.#rate, (bytes) => {
      this.#reserve(body, lease, bytes);
    });
    this.#bodies.add(body);
    try {
      return await body.read();
    } finally {
      this.#bodies.delete(body);
    }
  }

  /** @throws {@link Rejection} */
  #reserve(body: Body, lease: MemoryLease, bytes: number): void {
    let result = lease.grow(bytes);
    while (result === "full") {
      const slowest = this.#slowestExcept(body);
      if (slowest === null) throw new Rejection(503, "too many reports at once");
      this.#bodies.delete(slowest);
      slowest.fail(new Rejection(408, "too slow while others are waiting"));
      result = lease.grow(bytes);
    }
    if (result === "network-full") {
      throw new Rejection(429, "too much data at once from this address", {
        retryAfterSeconds: networkRetrySeconds,
        isLogged: lease.isFirstRefusal(),
      });
    }
  }

  #slowestExcept(newcomer: Body): Body | null {
    let slowest: Body | null = null;
    for (const one of this.#bodies) {
      if (one !== newcomer && one.lag > (slowest?.lag ?? minEvictionLagMs)) slowest = one;
    }
    return slowest;
  }
}

/** One body that is being read. */
class Body {
  readonly #request: IncomingMessage;
  readonly #lease: MemoryLease;
  readonly #deadline: DataRateDeadline;
  readonly #reserve: (bytes: number) => void;
  #blocks: Buffer[] = [];
  #allocated = 0;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #resolve: (bytes: Buffer) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  /** `reserve` extends the lease to so many bytes. It throws a {@link Rejection} where that is not possible. */
  constructor(
    request: IncomingMessage,
    lease: MemoryLease,
    rate: MinDataRate,
    reserve: (bytes: number) => void,
  ) {
    this.#request = request;
    this.#lease = lease;
    this.#deadline = new DataRateDeadline(rate);
    this.#reserve = reserve;
  }

  /** Milliseconds by which its client is behind the minimum data rate. */
  get lag(): number {
    return this.#deadline.lag;
  }

  read(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#request.destroyed) {
        this.#onClose();
        return;
      }
      this.#request.on("data", this.#onData);
      this.#request.on("end", this.#onEnd);
      this.#request.on("error", this.fail);
      this.#request.on("close", this.#onClose);
      this.#checkDeadline();
      // A client uses a connection before it sends its first byte.
      this.#tryTo(() => {
        this.#reserve(0);
      });
    });
  }

  /** Stops reading and releases the memory at once. The connection stays open for the answer. */
  readonly fail = (error: Error): void => {
    this.#stop();
    this.#lease.release();
    this.#reject(error);
  };

  readonly #onData = (chunk: Buffer): void => {
    this.#tryTo(() => {
      if (this.#size + chunk.length > maxPostBytes) throw tooLarge();
      this.#deadline.received(chunk.length);
      this.#copy(chunk);
    });
  };

  readonly #onEnd = (): void => {
    const bytes = Buffer.concat(this.#blocks, this.#size);
    this.#stop();
    this.#resolve(bytes);
  };

  readonly #onClose = (): void => {
    this.fail(new Error("the client disconnected"));
  };

  #tryTo(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #copy(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#size === this.#allocated) this.#addBlock();
      const block = this.#blocks.at(-1);
      if (block === undefined) return;
      const copied = chunk.copy(block, block.length - (this.#allocated - this.#size), at);
      this.#size += copied;
      at += copied;
    }
  }

  #addBlock(): void {
    const length = Math.min(blockBytes, maxPostBytes - this.#allocated);
    this.#reserve(this.#allocated + length);
    this.#blocks.push(Buffer.allocUnsafeSlow(length));
    this.#allocated += length;
  }

  #checkDeadline(): void {
    const { left } = this.#deadline;
    if (left <= 0) this.fail(new Rejection(408, "too slow"));
    else {
      this.#timer = setTimeout(() => {
        this.#checkDeadline();
      }, Math.ceil(left));
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#blocks = [];
    this.#request.off("data", this.#onData);
    this.#request.off("end", this.#onEnd);
    this.#request.off("error", this.fail);
    this.#request.off("close", this.#onClose);
  }
}
