/**
 * Reads one HTTP/1.1 response. Node's own client refuses what some servers send, control characters
 * above all, and an audit has to tell what came.
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
 * Reads the head of the final response; null when it does not come, and then the link has failed.
 *
 * @see RFC 9112 §4, §5
 */
export async function readHead(link: Connection, reader: ByteReader): Promise<ResponseHead | null> {
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
    if (status === 0) return link.fail("protocol", statusLine);
    const fields = new Map<string, string[]>();
    for (;;) {
      const line = await nextLine();
      if (line === null) return null;
      if (line === "") break;
      const [, name, value = ""] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
      if (name === undefined) return link.fail("protocol", line);
      const lower = name.toLowerCase();
      const values = fields.get(lower);
      if (values === undefined) fields.set(lower, [value]);
      else values.push(value);
    }
    // 1xx go before the response itself (RFC 9110 §15.2).
    if (status >= 200) return { status, fields };
  }
}

/**
 * Reads the body as far as anybody has to; where it is not complete, the link has failed.
 *
 * @see RFC 9112 §6.3, RFC 8461 §3.3
 */
export async function readBody(
  link: Connection,
  reader: ByteReader,
  { status, fields }: ResponseHead,
): Promise<ResponseBody> {
  const parts: Buffer[] = [];
  let length = 0;
  const complete = await read();
  return { bytes: Buffer.concat(parts).subarray(0, maxBodyBytes), complete };

  async function read(): Promise<boolean> {
    if (status === 204 || status === 304) return true;
    const codings = fields.get("transfer-encoding");
    if (codings !== undefined) {
      if (codings.join().toLowerCase() === "chunked") return readChunks();
      link.fail("protocol", `Transfer-Encoding: ${codings.join()}`);
      return false;
    }
    const lengths = new Set(fields.get("content-length") ?? []);
    if (lengths.size === 0) return readToEnd();
    const [only = ""] = lengths;
    if (lengths.size === 1 && /^\d{1,15}$/.test(only)) return readExactly(Number(only));
    link.fail("protocol", `Content-Length: ${[...lengths].join()}`);
    return false;
  }

  function keep(bytes: Buffer): boolean {
    parts.push(bytes);
    length += bytes.length;
    if (length <= maxBodyBytes) return true;
    link.fail("too-large", "");
    return false;
  }

  async function readExactly(count: number): Promise<boolean> {
    for (let left = count; left > 0;) {
      const bytes = await reader.some(left);
      if (bytes === null || !keep(bytes)) return false;
      left -= bytes.length;
    }
    return true;
  }

  async function readToEnd(): Promise<boolean> {
    for (;;) {
      const bytes = await reader.someOrEnd(hugeBytes);
      if (bytes === null) return link.failure === null;
      if (!keep(bytes)) return false;
    }
  }

  /** @see RFC 9112 §7.1 */
  async function readChunks(): Promise<boolean> {
    for (;;) {
      const line = await reader.line(maxChunkLine);
      if (line === null) return false;
      const size = Number.parseInt(/^[\da-f]{1,8}(?=[ \t;]|$)/i.exec(line)?.[0] ?? "", 16);
      if (Number.isNaN(size)) {
        link.fail("protocol", line);
        return false;
      }
      if (size === 0) return skipTrailers();
      if (!(await readExactly(size))) return false;
      const end = await reader.line(maxChunkLine);
      if (end === null) return false;
      if (end !== "") {
        link.fail("protocol", end);
        return false;
      }
    }
  }

  async function skipTrailers(): Promise<boolean> {
    for (let left = maxHeadBytes; ;) {
      const line = await reader.line(left);
      if (line === null || line === "") return line === "";
      left -= line.length;
    }
  }
}
