/** Reads the bodies of posts: no larger, no slower and no more at one time than there is room for. */
import type { IncomingMessage } from "node:http";
import type { Holding } from "./octet-budget.ts";
import { Patience, type Pace } from "./patience.ts";
import { maxBytes, Rejection, tooLarge } from "./posted-body.ts";

/** What is allocated at a time: chunks of an octet each, kept as they come, cost a hundred times their size. */
export const blockBytes = 64 * 1024;
/** Behind the least rate by so much, a client may be ended for the sake of others. */
const stalledMs = 2000;

/** A post whose network holds as much as it may. */
export class ShareFull extends Rejection {
  constructor() {
    super(429, "too much at once from this address");
  }
}

export class BodyReader {
  readonly #pace: Pace;
  readonly #reading = new Set<Reading>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /**
   * Reads a body into what a post holds. Where all that may be held is held, the client that is furthest
   * behind the least rate is ended with 408 and not the newcomer refused: it would be ended within seconds
   * anyhow, it may be held up on purpose, and a sender tries a 408 again as it does a 503. Only where no
   * client is behind, the newcomer gets 503.
   *
   * @throws {@link Rejection}, and what the request throws when its client leaves
   */
  read(request: IncomingMessage, holding: Holding): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const reading = new Reading(request, new Patience(this.#pace), {
        makeRoom: (octets) => {
          this.#makeRoom(holding, octets, reading);
        },
        done: (bytes) => {
          this.#reading.delete(reading);
          resolve(bytes);
        },
        failed: (error) => {
          this.#reading.delete(reading);
          holding.end();
          reject(error);
        },
      });
      this.#reading.add(reading);
      reading.begin();
    });
  }

  /** @throws {@link Rejection} where there is none */
  #makeRoom(holding: Holding, octets: number, newcomer: Reading): void {
    while (true) {
      const room = holding.grow(octets);
      if (room === "room") return;
      if (room === "share-full") throw new ShareFull();
      const slowest = this.#slowest(newcomer);
      if (slowest === null) throw new Rejection(503, "too many reports at once");
      slowest.fail(new Rejection(408, "too slow, while others wait"));
    }
  }

  #slowest(except: Reading): Reading | null {
    let [slowest, lag]: [Reading | null, number] = [null, stalledMs];
    for (const one of this.#reading) {
      if (one !== except && one.lag > lag) [slowest, lag] = [one, one.lag];
    }
    return slowest;
  }
}

interface Reader {
  /** Holds so many octets in all. @throws {@link Rejection} where there is no room */
  readonly makeRoom: (octets: number) => void;
  readonly done: (bytes: Buffer) => void;
  readonly failed: (error: Error) => void;
}

/** One body that is being read. */
class Reading {
  readonly #request: IncomingMessage;
  readonly #patience: Patience;
  readonly #reader: Reader;
  #blocks: Buffer[] = [];
  #allocated = 0;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, patience: Patience, reader: Reader) {
    this.#request = request;
    this.#patience = patience;
    this.#reader = reader;
  }

  /** Milliseconds by which its client is behind the least rate. */
  get lag(): number {
    return this.#patience.lag;
  }

  begin(): void {
    if (this.#request.destroyed) {
      this.#leave();
      return;
    }
    try {
      // It holds a connection before its first octet.
      this.#reader.makeRoom(0);
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    this.#request.on("data", this.#take);
    this.#request.on("end", this.#finish);
    this.#request.on("error", this.fail);
    this.#request.on("close", this.#leave);
    this.#wait();
  }

  /** Ends it; what it held is free at once. The connection is left to whoever answers. */
  readonly fail = (error: Error): void => {
    this.#end();
    this.#reader.failed(error);
  };

  readonly #take = (chunk: Buffer): void => {
    try {
      if (this.#size + chunk.length > maxBytes) throw new Rejection(413, tooLarge);
      this.#patience.earn(chunk.length);
      this.#copy(chunk);
    } catch (error) {
      this.fail(error as Error);
    }
  };

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
    const length = Math.min(blockBytes, maxBytes - this.#allocated);
    this.#reader.makeRoom(this.#allocated + length);
    this.#blocks.push(Buffer.allocUnsafeSlow(length));
    this.#allocated += length;
  }

  readonly #finish = (): void => {
    const bytes = Buffer.concat(this.#blocks, this.#size);
    this.#end();
    this.#reader.done(bytes);
  };

  readonly #leave = (): void => {
    this.fail(new Error("the client left"));
  };

  #wait(): void {
    const { left } = this.#patience;
    if (left <= 0) this.fail(new Rejection(408, "too slow"));
    else {
      this.#timer = setTimeout(() => {
        this.#wait();
      }, Math.ceil(left));
    }
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#blocks = [];
    this.#request.off("data", this.#take);
    this.#request.off("end", this.#finish);
    this.#request.off("error", this.fail);
    this.#request.off("close", this.#leave);
  }
}
