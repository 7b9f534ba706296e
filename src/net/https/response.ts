/**
 * Reads one HTTP/1.1 response. Node's own client refuses what some servers send, above all control
 * characters, and an audit has to show what arrived.
 */
import type { ByteReader } from "../tls/byte-reader.ts";
import type { Connection } from "../tls/connection.ts";

/** Status line and header fields. */
export interface ResponseHead {
  readonly status: number;
  /** Values by lower-case name, in their order; each byte one character. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** A body, as far as it was read. */
export interface ResponseBody {
  readonly bytes: Buffer;
  readonly complete: boolean;
}

const maxHeadBytes = 32_768;
const maxBodyBytes = 65_536;
const maxChunkLine = 1024;
const hugeBytes = Number.MAX_SAFE_INTEGER;

/**
 * Reads the head of the final response; null when it does not arrive: then the connection has failed.
 *
 * @see RFC 9112 §4, §5
 */
export async function readHead(
  connection: Connection,
  reader: ByteReader,
): Promise<ResponseHead | null> {
  let left = maxHeadBytes;
  const nextLine = async (): Promise<string | null> => {
    const line = await reader.line(left);
    left -= line?.length ?? 0;
    return line;
  };
  for (;;) {
    const statusLine = await nextLine();
    if (statusLine === null) return null;
    const status = Number(/^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/.exec(statusLine)?.[1] ?? 0);
    if (status === 0) return connection.fail("protocol", statusLine);
    const fields = new Map<string, string[]>();
    for (;;) {
      const line = await nextLine();
      if (line === null) return null;
      if (line === "") break;
      const [, name, value = ""] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
      if (name === undefined) return connection.fail("protocol", line);
      const lower = name.toLowerCase();
      const values = fields.get(lower);
      if (values === undefined) fields.set(lower, [value]);
      else values.push(value);
    }
    // 1xx responses precede the final one (RFC 9110 §15.2).
    if (status >= 200) return { status, fields };
  }
}

/**
 * Reads the body, up to what senders have to read; where it is not complete, the connection has failed.
 *
 * @see RFC 9112 §6.3, RFC 8461 §3.3
 */
export async function readBody(
  connection: Connection,
  reader: ByteReader,
  { status, fields }: ResponseHead,
): Promise<ResponseBody> {
  const body = new BodyReader(connection, reader);
  const complete = await body.read(status, fields);
  return { bytes: body.bytes, complete };
}

/** Reads a body by its framing. Each method says whether it came to the end. */
class BodyReader {
  readonly #connection: Connection;
  readonly #reader: ByteReader;
  readonly #parts: Buffer[] = [];
  #length = 0;

  constructor(connection: Connection, reader: ByteReader) {
    this.#connection = connection;
    this.#reader = reader;
  }

  /** What was read, at most {@connection maxBodyBytes} of it. */
  get bytes(): Buffer {
    return Buffer.concat(this.#parts).subarray(0, maxBodyBytes);
  }

  async read(status: number, fields: ResponseHead["fields"]): Promise<boolean> {
    if (status === 204 || status === 304) return true;
    const codings = fields.get("transfer-encoding");
    if (codings !== undefined) {
      if (codings.join().toLowerCase() === "chunked") return this.#readChunks();
      return this.#refuse(`Transfer-Encoding: ${codings.join()}`);
    }
    const lengths = new Set(fields.get("content-length") ?? []);
    if (lengths.size === 0) return this.#readToEnd();
    const [only = ""] = lengths;
    if (lengths.size === 1 && /^\d{1,15}$/.test(only)) return this.#readExactly(Number(only));
    return this.#refuse(`Content-Length: ${[...lengths].join()}`);
  }

  async #readExactly(count: number): Promise<boolean> {
    let left = count;
    while (left > 0) {
      const bytes = await this.#reader.some(left);
      if (bytes === null || !this.#keep(bytes)) return false;
      left -= bytes.length;
    }
    return true;
  }

  async #readToEnd(): Promise<boolean> {
    for (;;) {
      const bytes = await this.#reader.someOrEnd(hugeBytes);
      if (bytes === null) return this.#connection.failure === null;
      if (!this.#keep(bytes)) return false;
    }
  }

  /** @see RFC 9112 §7.1 */
  async #readChunks(): Promise<boolean> {
    for (;;) {
      const line = await this.#reader.line(maxChunkLine);
      if (line === null) return false;
      const size = Number.parseInt(/^[\da-f]{1,8}(?=[ \t;]|$)/i.exec(line)?.[0] ?? "", 16);
      if (Number.isNaN(size)) return this.#refuse(line);
      if (size === 0) return this.#skipTrailers();
      if (!(await this.#readExactly(size))) return false;
      const end = await this.#reader.line(maxChunkLine);
      if (end === null) return false;
      if (end !== "") return this.#refuse(end);
    }
  }

  async #skipTrailers(): Promise<boolean> {
    let left = maxHeadBytes;
    for (;;) {
      const line = await this.#reader.line(left);
      if (line === null) return false;
      if (line === "") return true;
      left -= line.length;
    }
  }

  #keep(bytes: Buffer): boolean {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length <= maxBodyBytes) return true;
    this.#connection.fail("too-large", "");
    return false;
  }

  #refuse(detail: string): false {
    this.#connection.fail("protocol", detail);
    return false;
  }
}
