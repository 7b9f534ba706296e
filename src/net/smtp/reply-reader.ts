/** Reads the replies of an SMTP server, which may have any length and hold any bytes. */
import { ByteReader } from "../tls/byte-reader.ts";
import type { Connection } from "../tls/connection.ts";

/** One reply. */
export interface SmtpReply {
  readonly code: number;
  /** Texts of its lines, without the code; each byte one character. */
  readonly lines: readonly string[];
}

const maxBytes = 65_536;
const maxLines = 100;

/** Reads what the server sends before TLS. */
export class SmtpReplyReader {
  readonly #connection: Connection;
  readonly #reader: ByteReader;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#reader = new ByteReader(connection);
  }

  /** Whether bytes follow the last reply that was read. */
  get hasMore(): boolean {
    return this.#reader.hasMore;
  }

  /**
   * Reads one reply; null when it does not arrive completely: then the connection has failed.
   *
   * @see RFC 5321 §4.2
   */
  async next(): Promise<SmtpReply | null> {
    const lines: string[] = [];
    let bytes = 0;
    while (lines.length < maxLines) {
      const line = await this.#reader.line(maxBytes - bytes);
      if (line === null) return null;
      bytes += line.length;
      const parts = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line);
      if (parts === null) return this.#connection.fail("protocol", line);
      const [, code, separator, text = ""] = parts;
      lines.push(text);
      if (separator !== "-") return { code: Number(code), lines };
    }
    return this.#connection.fail("too-large", "");
  }
}
