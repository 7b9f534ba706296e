/** Reads lines and bytes from a connection, never more than the caller allows. */
import type { Connection } from "./connection.ts";

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;

/** Reads the bytes in order. Gives null when they do not arrive; then the connection has failed. */
export class ByteReader {
  readonly #connection: Connection;
  #bytes: Buffer = nothing;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether bytes have arrived that were not read. */
  get hasMore(): boolean {
    return this.#bytes.length > 0;
  }

  /**
   * Reads a line of at max `max` bytes without its end (CRLF or LF), each byte as one character. A longer
   * line fails the connection.
   */
  async line(max: number): Promise<string | null> {
    let searched = 0;
    for (;;) {
      const end = this.#bytes.indexOf(lineFeed, searched);
      if ((end === -1 ? this.#bytes.length : end) > max)
        return this.#connection.fail("too-large", "");
      if (end !== -1) {
        const line = this.#bytes.toString("latin1", 0, end);
        this.#bytes = this.#bytes.subarray(end + 1);
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      }
      searched = this.#bytes.length;
      if (!(await this.#more())) return this.#missed();
    }
  }

  /** Reads what there is: one to `max` bytes. */
  async some(max: number): Promise<Buffer | null> {
    return (await this.someOrEnd(max)) ?? this.#missed();
  }

  /** Reads what there is: one to `max` bytes; null also when the other side has ended. */
  async someOrEnd(max: number): Promise<Buffer | null> {
    if (!this.hasMore && !(await this.#more())) return null;
    const some = this.#bytes.subarray(0, max);
    this.#bytes = this.#bytes.subarray(some.length);
    return some;
  }

  /** Waits until something has arrived. */
  async begin(): Promise<boolean> {
    if (this.hasMore || (await this.#more())) return true;
    this.#missed();
    return false;
  }

  async #more(): Promise<boolean> {
    const chunk = await this.#connection.receive();
    if (chunk === null) return false;
    this.#bytes = this.hasMore ? Buffer.concat([this.#bytes, chunk]) : chunk;
    return true;
  }

  #missed(): null {
    return this.#connection.failure === null ? this.#connection.fail("closed", "") : null;
  }
}
