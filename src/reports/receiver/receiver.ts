/**
 * Receives reports that senders POST (RFC 8460 §3, `rua=https:`). It speaks plain HTTP and stands behind
 * a proxy that speaks TLS. A report is answered 201 when it is safely on the disk, and not before.
 */
import http from "node:http";
import type net from "node:net";
import type { Hints } from "../../tls-rpt/report/hints.ts";
import type { Refusal } from "../../tls-rpt/report/refusal.ts";
import { Semaphore } from "../../runtime/semaphore.ts";
import { blockBytes, BodyReader, ShareFull } from "./body-reader.ts";
import { clientNetwork, forwardedClient, isLoopback, plainAddress } from "./client-address.ts";
import type { JournalRecord } from "../journal/journal.ts";
import { OctetBudget, type Holding } from "./octet-budget.ts";
import type { Pace } from "./patience.ts";
import { maxBytes, Rejection, tooLarge, unpack } from "./posted-body.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Arrival } from "../arrival.ts";

export interface ReceiverOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The proxy's address, when it is not on this machine; whoever else comes from outside is refused. */
  readonly proxy: string | null;
  /** Reports of one client in a minute; one for each {@link tokenBytes} that it has. */
  readonly perMinute: number;
  /** Resolves when the record is safely on the disk; rejects with the system's error. */
  readonly append: (record: JournalRecord) => Promise<unknown>;
  /** Keeps what is no report, with the reason. */
  readonly quarantine: (body: Uint8Array, reason: Refusal) => void;
  /** Says whether a JSON text is a report. */
  readonly judge: (record: JournalRecord, json: Uint8Array) => Judgement;
  /** Whether the disk has room for more. */
  readonly hasRoom: () => Promise<boolean>;
  /** How long a request may take to be sent, its head and all of it; else what the pace comes to. */
  readonly timeoutMs?: number;
  /** How slow a body may be; see {@link normalPace}. */
  readonly pace?: Pace;
  /** Gets one line without its end; of what a client wrote it has no more than `about`. */
  readonly log: (line: string) => void;
}

/** Either what a report is about, short and printable, for the log; or why it is none, as a code and in words. */
export type Judgement =
  | { readonly ok: true; readonly about: string }
  | { readonly ok: false; readonly code: Refusal; readonly words: string };

export interface Receiver {
  readonly port: number;
  /** Takes no more, finishes what has begun, and resolves when every answer is given. */
  stop(): Promise<void>;
}

const mediaTypes = ["application/tlsrpt+json", "application/tlsrpt+gzip", "application/tlsrpt"];
/** A large report counts as several. */
const tokenBytes = 100 * 1024;
/**
 * Octets of posts in memory at one time. One network has a quarter of them: room for a largest report and a
 * few others, and it takes four to fill the whole. A post counts as a block at least, so that no network has
 * more than a quarter of the connections either.
 */
const budgetSize = {
  whole: 64 * 1024 * 1024,
  share: Math.max(16 * 1024 * 1024, maxBytes),
  least: blockBytes,
};
/** Reports that are unpacked at one time: each may become ten megabytes, and a tree of objects. */
const maxUnpacking = 2;
const maxConnections = 1000;
const headersTimeoutMs = 10_000;
/**
 * Half of what the slowest lines carry; 15 seconds are four packets in a row that were lost. With a least
 * rate the whole needs no bound of its own that a slow line could not keep.
 */
const normalPace: Pace = { perSecond: 8 * 1024, graceMs: 15_000 };
/** How long answers may take once it is to stop. */
const stopTimeoutMs = 30_000;
const retrySeconds = 300;
/** How long the rest of a body is read that is refused. */
const discardMs = 15_000;
/** By then what is stalled has been ended. */
const shareRetrySeconds = 30;

/** Starts listening. @throws the system's errors, such as `EADDRINUSE` */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { pace = normalPace } = options;
  const slowestMs = headersTimeoutMs + pace.graceMs + (maxBytes / pace.perSecond) * 1000;
  const { timeoutMs = Math.ceil(slowestMs) } = options;
  const handler = new Handler(options, pace);
  const take = (request: http.IncomingMessage, response: http.ServerResponse): void => {
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
    take,
  );
  server.maxConnections = maxConnections;
  // Whoever asks first whether it may send is refused before it has sent.
  server.on("checkContinue", take);
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
      const patience = setTimeout(() => {
        server.closeAllConnections();
      }, stopTimeoutMs);
      await closed;
      clearTimeout(patience);
      await handler.idle();
    },
  };
}

class Handler {
  isStopping = false;
  readonly #options: ReceiverOptions;
  readonly #limit: RateLimit;
  readonly #budget = new OctetBudget(budgetSize);
  readonly #bodies: BodyReader;
  readonly #unpacking = new Semaphore(maxUnpacking);
  readonly #working = new Set<Promise<void>>();
  /** Why the last report could not be written; null: it could. */
  #trouble: string | null = null;

  constructor(options: ReceiverOptions, pace: Pace) {
    this.#options = options;
    this.#bodies = new BodyReader(pace);
    this.#limit = new RateLimit(options.perMinute);
  }

  /** Answers one request. Never rejects. */
  answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const work = this.#answer(request, response);
    this.#working.add(work);
    return work.finally(() => this.#working.delete(work));
  }

  /** Resolves when no request is being worked on: its client may be gone, and its report still is written. */
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
    // A client may go away at any moment; what it has sent whole is kept all the same.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    try {
      if (!trusted) throw new Rejection(403, "reports come through the proxy");
      if (this.#isHealthCheck(request, response)) return;
      const accepted = await this.#receive(request, response, client);
      this.#log(client, 201, accepted);
      say(response, 201, "accepted", this.isStopping);
    } catch (error) {
      this.#refuse(request, response, client, error);
    }
  }

  #isHealthCheck({ method, url }: http.IncomingMessage, response: http.ServerResponse): boolean {
    if (url !== "/healthz" || (method !== "GET" && method !== "HEAD")) return false;
    const trouble = this.isStopping ? "stopping" : this.#trouble;
    // A body that may come with it is not read, and not waited for.
    say(response, trouble === null ? 200 : 503, trouble ?? "ok", true);
    return true;
  }

  /** Takes a report in, and says once it is safe what it was. @throws {@link Rejection} */
  async #receive(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    client: string,
  ): Promise<string> {
    if (request.method !== "POST") throw new Rejection(405, "reports are sent by POST");
    const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    if (!mediaTypes.includes(type)) throw new Rejection(415, `send ${mediaTypes.join(" or ")}`);
    const encoding = request.headers["content-encoding"] ?? "identity";
    if (!/^(identity|gzip|x-gzip)$/i.test(encoding)) {
      throw new Rejection(415, "of content encodings only gzip is understood");
    }
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > maxBytes) throw new Rejection(413, tooLarge);
    const network = clientNetwork(client);
    const allowance = this.#limit.take(network);
    if (!allowance.ok) {
      throw new TooMany("too many reports from this address", allowance.seconds, allowance.isFirst);
    }
    if (!(await this.#options.hasRoom())) throw new Rejection(503, "the disk is nearly full");
    if (request.headers.expect !== undefined) response.writeContinue();
    const holding = this.#budget.open(network);
    try {
      const { record, words } = await this.#readReport(request, network, holding);
      await this.#keep(record);
      return words;
    } catch (error) {
      if (!(error instanceof ShareFull)) throw error;
      throw new TooMany(error.message, shareRetrySeconds, this.#budget.tells(network));
    } finally {
      holding.end();
    }
  }

  /** Reads a body and what is in it; what was posted is let go of while the record waits for the disk. */
  async #readReport(
    request: http.IncomingMessage,
    network: string,
    holding: Holding,
  ): Promise<{ readonly record: JournalRecord; readonly words: string }> {
    const bytes = await this.#bodies.read(request, holding);
    const { record, about } = await this.#unpacking.with(() => this.#read(bytes, network, holding));
    return { record, words: `${String(bytes.length)} bytes, ${about}` };
  }

  async #keep(record: JournalRecord): Promise<void> {
    try {
      await this.#options.append(record);
      this.#trouble = null;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "an error";
      this.#trouble = `the report cannot be written: ${code}`;
      throw new Rejection(503, this.#trouble);
    }
  }

  /** Unpacks and judges what was sent. @throws {@link Rejection} */
  async #read(
    bytes: Buffer,
    network: string,
    holding: Holding,
  ): Promise<{ readonly record: JournalRecord; readonly about: string }> {
    // What cannot be unpacked may have been as much work as what can.
    let size = maxBytes;
    try {
      const { json, gzip } = await unpack(bytes);
      size = json.length;
      holding.add(json === bytes ? gzip.length : json.length);
      const record = { arrival: arrivalNow(), hints: noHints, gzip };
      const judgement = this.#options.judge(record, json);
      if (!judgement.ok) throw new Rejection(400, judgement.words, judgement.code);
      holding.keep(gzip.length);
      return { record, about: judgement.about };
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
      // The client left before it had sent everything, or it is a bug: both are told, neither stops the rest.
      if (request.errored === null && !request.destroyed) {
        this.#log(client, 500, error instanceof Error ? error.message : "");
        say(response, 500, "the receiver failed", true);
      } else this.#log(client, 499, "the client left, or was too slow");
      return;
    }
    const { status, message } = error;
    if (status === 405) response.setHeader("Allow", "POST");
    if (status === 415) response.setHeader("Accept-Post", mediaTypes.join(", "));
    if (status === 503) response.setHeader("Retry-After", retrySeconds);
    if (error instanceof TooMany) response.setHeader("Retry-After", error.seconds);
    if (!(error instanceof TooMany) || error.isFirst) this.#log(client, status, message);
    // A body that is still on its way is read on with the connection open: a proxy that finds it closed while it
    // writes tells the sender of a bad gateway, and not of the reason.
    const isOnItsWay = !request.complete && request.headers.expect === undefined && status !== 408;
    say(response, status, message, this.isStopping || !isOnItsWay);
    discardRest(request);
  }

  #log(client: string, status: number, text: string): void {
    this.#options.log(`${new Date().toISOString()} ${String(status)} ${client} ${text}`);
  }
}

/** A client that sent more than it may, in a minute or at once. */
class TooMany extends Rejection {
  readonly seconds: number;
  /** Whether it is told so for the first time; the log has no use for the others. */
  readonly isFirst: boolean;

  constructor(reason: string, seconds: number, isFirst: boolean) {
    super(429, reason);
    this.seconds = seconds;
    this.isFirst = isFirst;
  }
}

function say(response: http.ServerResponse, status: number, text: string, isLast: boolean): void {
  if (response.headersSent || response.destroyed) return;
  if (isLast) response.setHeader("Connection", "close");
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

/**
 * Reads on, so that a client that is still sending gets to read why it is refused: a socket that is
 * closed with unread bytes takes the answer with it.
 */
function discardRest(request: http.IncomingMessage): void {
  if (request.closed) return;
  let size = 0;
  const patience = setTimeout(() => request.destroy(), discardMs).unref();
  request.on("close", () => {
    clearTimeout(patience);
  });
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) request.destroy();
  });
  request.resume();
}

/** What is posted says nothing of who posted it that could be believed. */
function arrivalNow(): Arrival {
  return {
    via: "https",
    receivedAt: Math.floor(Date.now() / 1000),
    submitter: null,
    verification: { verdict: "unverifiable", signer: null, detail: "sent by POST" },
  };
}

const noHints: Hints = { name: "", subjectId: null, domain: null, wrapping: [] };
