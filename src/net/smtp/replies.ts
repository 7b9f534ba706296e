/** Reads the replies of an SMTP server, which may be of any length and of any bytes. */
import { ByteReader } from "../tls/byte-reader.ts";
import type { Connection } from "../tls/connection.ts";

/** One reply. */
export interface Reply {
  readonly code: number;
  /** Texts of its lines, without the code; each byte one character. */
  readonly lines: readonly string[];
}

const maxBytes = 65_536;
const maxLines = 100;

/** The server's side of a conversation in clear. */
export class Replies {
  readonly #link: Connection;
  readonly #reader: ByteReader;

  constructor(link: Connection) {
    this.#link = link;
    this.#reader = new ByteReader(link);
  }

  /** Whether something stands behind the last reply that was read. */
  get hasMore(): boolean {
    return this.#reader.hasMore;
  }

  /**
   * Reads one reply; null when it does not come whole, and then the link has failed.
   *
   * @see RFC 5321 §4.2
   */
  async next(): Promise<Reply | null> {
    const lines: string[] = [];
    let bytes = 0;
    while (lines.length < maxLines) {
      const line = await this.#reader.line(maxBytes - bytes);
      if (line === null) return null;
      bytes += line.length;
      const parts = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line);
      if (parts === null) return this.#link.fail("protocol", line);
      const [, code, separator, text = ""] = parts;
      lines.push(text);
      if (separator !== "-") return { code: Number(code), lines };
    }
    return this.#link.fail("too-large", "");
  }
}
