/**
 * Receives reports that senders POST (RFC 8460 §3, `rua=https:`). It speaks plain HTTP and stands behind
 * a proxy that speaks TLS. A report is answered 201 when it is safely on the disk, and not before.
 */
import http from "node:http";
import type net from "node:net";
import pLimit from "p-limit";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import { maxPostBytes } from "../../tls-rpt/report/bounds.ts";
import { reportMediaTypes } from "../../tls-rpt/report/media-types.ts";
import { describeRefusal, type Refusal } from "../../tls-rpt/report/refusal.ts";
import { blockBytes, BodyReader } from "./body-reader.ts";
import { clientNetwork, forwardedClient, isLoopback, plainAddress } from "./client-address.ts";
import type { JournalRecord } from "../journal/journal.ts";
import { MemoryQuota, type MemoryLease } from "./memory-quota.ts";
import type { MinDataRate } from "./min-data-rate.ts";
import { unpack } from "./posted-body.ts";
import { RateLimit } from "./rate-limit.ts";
import { Rejection, tooLarge } from "./rejection.ts";
import type { Arrival } from "../arrival.ts";

export interface ReceiverOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The proxy's address if it is on another machine; other clients from outside are refused. */
  readonly proxy: string | null;
  /** Reports of one client per minute; a report counts once per {@link tokenBytes}. */
  readonly perMinute: number;
  /** Resolves when the record is safely on the disk; rejects with the system's error. */
  readonly append: (record: JournalRecord) => Promise<unknown>;
  /** Keeps a body that is not a report, with the reason. */
  readonly quarantine: (body: Uint8Array, reason: Refusal) => void;
  /** Checks whether a JSON text is a report. */
  readonly check: (record: JournalRecord, json: Uint8Array) => ReportCheck;
  readonly hasDiskSpace: () => Promise<boolean>;
  /** How long a request may take, headers and body; by default what the minimum data rate allows. */
  readonly timeoutMs?: number;
  /** By default {@link defaultMinDataRate}. */
  readonly minDataRate?: MinDataRate;
  /** Gets one line without its line end; nothing that a client wrote is in it, except `about`. */
  readonly log: (line: string) => void;
}

/** What a report is about, short and printable, for the log; or why it is not a report. */
export type ReportCheck =
  { readonly ok: true; readonly about: string } | { readonly ok: false; readonly refusal: Refusal };

export interface Receiver {
  readonly port: number;
  /** Accepts no more connections and resolves when every request is answered. */
  stop(): Promise<void>;
}

/** A large report counts as several. */
const tokenBytes = 100 * 1024;
/**
 * One network may use a quarter of the memory: one report of the maximum size and a few others. Every post
 * counts as one block at least, so that no network has more than a quarter of the connections either.
 */
const quotaLimits = {
  total: 64 * 1024 * 1024,
  perNetwork: Math.max(16 * 1024 * 1024, maxPostBytes),
  minPerPost: blockBytes,
};
/** Reports that are decompressed and parsed at the same time: each may become ten megabytes of JSON, and objects. */
const maxConcurrentParsing = 2;
const maxConnections = 1000;
const headersTimeoutMs = 10_000;
/**
 * Half the speed of the slowest lines; 15 seconds allow for four lost packets in a row. The maximum time of a
 * whole request follows from the rate, so that it is never too short for a slow line.
 */
const defaultMinDataRate: MinDataRate = { bytesPerSecond: 8 * 1024, graceMs: 15_000 };
/** How long open requests may take after a stop. */
const stopTimeoutMs = 30_000;
/** How long the rest of a refused body is read. */
const discardMs = 15_000;

/** Starts listening. @throws the system's errors, such as `EADDRINUSE` */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { minDataRate = defaultMinDataRate } = options;
  const { bytesPerSecond, graceMs } = minDataRate;
  const slowestMs = headersTimeoutMs + graceMs + (maxPostBytes / bytesPerSecond) * 1000;
  const { timeoutMs = Math.ceil(slowestMs) } = options;
  const handler = new Handler(options, minDataRate);
  const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    void handler.answer(request, response);
  };
  const server = http.createServer(
    {
      headersTimeout: Math.min(headersTimeoutMs, timeoutMs),
      requestTimeout: timeoutMs,
      keepAliveTimeout: 15_000,
      connectionsCheckingInterval: Math.min(2000, timeoutMs),
      maxHeaderSize: 16 * 1024,
    },
    handle,
  );
  server.maxConnections = maxConnections;
  // A client that sends `Expect: 100-continue` can be refused before it sends the body.
  server.on("checkContinue", handle);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.address, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    stop: async () => {
      handler.isStopping = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        server.closeAllConnections();
      }, stopTimeoutMs);
      await closed;
      clearTimeout(timer);
      await handler.idle();
    },
  };
}

class Handler {
  isStopping = false;
  readonly #options: ReceiverOptions;
  readonly #limit: RateLimit;
  readonly #quota = new MemoryQuota(quotaLimits);
  readonly #bodies: BodyReader;
  readonly #parsing = pLimit(maxConcurrentParsing);
  readonly #working = new Set<Promise<void>>();
  /** Why the last report could not be written; null: it was. */
  #writeError: string | null = null;

  constructor(options: ReceiverOptions, minDataRate: MinDataRate) {
    this.#options = options;
    this.#bodies = new BodyReader(minDataRate);
    this.#limit = new RateLimit(options.perMinute);
  }

  /** Answers one request. Never rejects. */
  answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const work = this.#answer(request, response);
    this.#working.add(work);
    return work.finally(() => this.#working.delete(work));
  }

  /** Resolves when all requests are done: a report is written even if its client has disconnected. */
  async idle(): Promise<void> {
    await Promise.all(this.#working);
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const peer = request.socket.remoteAddress ?? "";
    const trusted = isLoopback(peer) || plainAddress(peer) === this.#options.proxy;
    const forwarded = request.headers["x-forwarded-for"];
    const client = trusted
      ? forwardedClient(peer, Array.isArray(forwarded) ? forwarded.join() : forwarded)
      : plainAddress(peer);
    // A client may disconnect at any time; a report that arrived completely is kept all the same.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    try {
      if (!trusted) throw new Rejection(403, "reports are accepted only through the proxy");
      if (this.#isHealthCheck(request, response)) return;
      const accepted = await this.#receive(request, response, client);
      this.#log(client, 201, accepted);
      respond(response, 201, "accepted", this.isStopping);
    } catch (error) {
      this.#refuse(request, response, client, error);
    }
  }

  #isHealthCheck({ method, url }: http.IncomingMessage, response: http.ServerResponse): boolean {
    if (url !== "/healthz" || (method !== "GET" && method !== "HEAD")) return false;
    const problem = this.isStopping ? "stopping" : this.#writeError;
    // Its body, if any, is not read.
    respond(response, problem === null ? 200 : 503, problem ?? "ok", true);
    return true;
  }

  /** Receives a report and saves it; gives what to log about it. @throws {@link Rejection} */
  async #receive(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    client: string,
  ): Promise<string> {
    if (request.method !== "POST") throw new Rejection(405, "send reports by POST");
    const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (!reportMediaTypes.includes(type)) {
      throw new Rejection(415, `Content-Type must be ${reportMediaTypes.join(" or ")}`);
    }
    const encoding = request.headers["content-encoding"] ?? "identity";
    if (!/^(identity|gzip|x-gzip)$/i.test(encoding)) {
      throw new Rejection(415, "Content-Encoding must be gzip or absent");
    }
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > maxPostBytes) throw tooLarge();
    const network = clientNetwork(client);
    const limit = this.#limit.take(network);
    if (!limit.ok) {
      throw new Rejection(429, "too many reports from this address", {
        retryAfterSeconds: limit.seconds,
        isLogged: limit.isFirst,
      });
    }
    if (!(await this.#options.hasDiskSpace())) throw new Rejection(503, "the disk is nearly full");
    if (request.headers.expect !== undefined) response.writeContinue();
    const lease = this.#quota.lease(network);
    try {
      const { record, summary } = await this.#readReport(request, network, lease);
      await this.#save(record);
      return summary;
    } finally {
      lease.release();
    }
  }

  /** Reads and parses a body. A function of its own, so that the body is released while the record waits for the disk. */
  async #readReport(
    request: http.IncomingMessage,
    network: string,
    lease: MemoryLease,
  ): Promise<{ readonly record: JournalRecord; readonly summary: string }> {
    const bytes = await this.#bodies.read(request, lease);
    const { record, about } = await this.#parsing(() => this.#parse(bytes, network, lease));
    return { record, summary: `${String(bytes.length)} bytes, ${about}` };
  }

  async #save(record: JournalRecord): Promise<void> {
    try {
      await this.#options.append(record);
      this.#writeError = null;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "an error";
      this.#writeError = `the report cannot be written: ${code}`;
      throw new Rejection(503, this.#writeError);
    }
  }

  /** Decompresses and checks a body. @throws {@link Rejection} */
  async #parse(
    bytes: Buffer,
    network: string,
    lease: MemoryLease,
  ): Promise<{ readonly record: JournalRecord; readonly about: string }> {
    // A body that cannot be decompressed may have taken as much work as the largest one.
    let size = maxPostBytes;
    try {
      const { json, gzip } = await unpack(bytes);
      size = json.length;
      lease.add(json === bytes ? gzip.length : json.length);
      const record = { arrival: arrivalNow(), hints: noHints, gzip };
      const checked = this.#options.check(record, json);
      if (!checked.ok) {
        const { refusal } = checked;
        throw new Rejection(400, describeRefusal(refusal), { refusal });
      }
      lease.resize(gzip.length);
      return { record, about: checked.about };
    } catch (error) {
      if (error instanceof Rejection && error.refusal !== null) {
        this.#options.quarantine(bytes, error.refusal);
      }
      throw error;
    } finally {
      this.#limit.charge(network, Math.floor(size / tokenBytes));
    }
  }

  #refuse(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    client: string,
    error: unknown,
  ): void {
    if (!(error instanceof Rejection)) {
      // The client disconnected before it had sent everything, or it is a bug. Neither stops the receiver.
      if (request.errored === null && !request.destroyed) {
        this.#log(client, 500, error instanceof Error ? error.message : "");
        respond(response, 500, "internal error", true);
      } else this.#log(client, 499, "the client disconnected or was too slow");
      return;
    }
    const { status, message, retryAfterSeconds } = error;
    if (status === 405) response.setHeader("Allow", "POST");
    if (status === 415) response.setHeader("Accept-Post", reportMediaTypes.join(", "));
    if (retryAfterSeconds !== null) response.setHeader("Retry-After", retryAfterSeconds);
    if (error.isLogged) this.#log(client, status, message);
    // The rest of the body is read and the connection stays open: if it closed while a proxy writes, the proxy
    // would report a bad gateway to the sender instead of the reason.
    const isSending = !request.complete && request.headers.expect === undefined && status !== 408;
    respond(response, status, message, this.isStopping || !isSending);
    discardRest(request);
  }

  #log(client: string, status: number, text: string): void {
    this.#options.log(`${new Date().toISOString()} ${String(status)} ${client} ${text}`);
  }
}

function respond(
  response: http.ServerResponse,
  status: number,
  text: string,
  isLast: boolean,
): void {
  if (response.headersSent || response.destroyed) return;
  if (isLast) response.setHeader("Connection", "close");
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

/** Reads the rest of a body and ignores it: closing a socket with unread bytes would lose the answer. */
function discardRest(request: http.IncomingMessage): void {
  if (request.closed) return;
  let size = 0;
  const timer = setTimeout(() => request.destroy(), discardMs).unref();
  request.on("close", () => {
    clearTimeout(timer);
  });
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxPostBytes) request.destroy();
  });
  request.resume();
}

/** Nothing in a post proves who sent it. */
function arrivalNow(): Arrival {
  return {
    via: "https",
    receivedAt: Math.floor(Date.now() / 1000),
    submitter: null,
    verification: { verdict: "unverifiable", signer: null, detail: "sent by POST" },
  };
}

const noHints: Hints = { name: "", subjectId: null, domain: null, containerDeviations: [] };
