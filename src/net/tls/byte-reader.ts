/** Reads lines and bytes off a link, and never more than its caller can bear. */
import type { Connection } from "./connection.ts";

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;

/** One side's bytes in order. Where they do not come, the link has failed, and null is given. */
export class ByteReader {
  readonly #link: Connection;
  #bytes: Buffer = nothing;

  constructor(link: Connection) {
    this.#link = link;
  }

  /** Whether bytes have come that nobody has read. */
  get hasMore(): boolean {
    return this.#bytes.length > 0;
  }

  /**
   * Reads a line of at most that many bytes, each one character of what is given; its end, which some
   * write as LF alone, is left out. A longer line fails the link.
   */
  async line(most: number): Promise<string | null> {
    let searched = 0;
    for (;;) {
      const end = this.#bytes.indexOf(lineFeed, searched);
      if ((end === -1 ? this.#bytes.length : end) > most) return this.#link.fail("too-large", "");
      if (end !== -1) {
        const line = this.#bytes.toString("latin1", 0, end);
        this.#bytes = this.#bytes.subarray(end + 1);
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      }
      searched = this.#bytes.length;
      if (!(await this.#more())) return this.#missed();
    }
  }

  /** Reads what there is, one to that many bytes. */
  async some(most: number): Promise<Buffer | null> {
    return (await this.someOrEnd(most)) ?? this.#missed();
  }

  /** Reads what there is, one to that many bytes; null where the other side has ended, too. */
  async someOrEnd(most: number): Promise<Buffer | null> {
    if (!this.hasMore && !(await this.#more())) return null;
    const some = this.#bytes.subarray(0, most);
    this.#bytes = this.#bytes.subarray(some.length);
    return some;
  }

  /** Waits until something has come. */
  async begin(): Promise<boolean> {
    if (this.hasMore || (await this.#more())) return true;
    this.#missed();
    return false;
  }

  async #more(): Promise<boolean> {
    const chunk = await this.#link.receive();
    if (chunk === null) return false;
    this.#bytes = this.hasMore ? Buffer.concat([this.#bytes, chunk]) : chunk;
    return true;
  }

  #missed(): null {
    return this.#link.failure === null ? this.#link.fail("closed", "") : null;
  }
}
