/** A policy host's HTTPS server: in good health by default, and each way of it to be ill. */
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import zlib from "node:zlib";
import type http from "node:http";
import type { Identity, IdentityKind } from "./identities.ts";
import { flood, whileOpen, type Sockets } from "./sockets.ts";

/** Answers the one request there is. `policy` is the text that should be served. */
export type Answer = (response: http.ServerResponse, policy: string) => void;

export interface PolicyServer {
  readonly certificate?: IdentityKind;
  /** TLS 1.0 and 1.1 only. */
  readonly oldTls?: boolean;
  readonly answer?: Answer;
  /** Instead of TLS. */
  readonly raw?: (socket: net.Socket) => void;
  /** In place of the entry's policy. */
  readonly policy?: string;
}

/** One host of a server: what it answers with, and as whom. */
export interface ServedHost {
  readonly server: PolicyServer;
  readonly identity: Identity;
  readonly policy: string;
}

/** Node refuses what is older than TLS 1.2 unless it is talked into it. */
export const oldTlsOptions: tls.SecureContextOptions = {
  minVersion: "TLSv1",
  maxVersion: "TLSv1.1",
  ciphers: "DEFAULT:@SECLEVEL=0",
};

/**
 * Makes the server of one address. Hosts are told apart by SNI; what comes before that, `raw` and
 * `oldTls`, is the first host's.
 */
export function makePolicyServer(
  hosts: ReadonlyMap<string, ServedHost>,
  sockets: Sockets,
): net.Server {
  const [first] = hosts.values();
  if (first === undefined) throw new Error("a policy server needs a host");
  const contexts = new Map<string, tls.SecureContext>();
  for (const [host, { identity }] of hosts) {
    contexts.set(host, tls.createSecureContext(identity));
  }
  const options: https.ServerOptions = first.server.oldTls === true ? oldTlsOptions : {};
  const server = https.createServer(
    {
      ...options,
      ...first.identity,
      SNICallback: (name, done) => {
        done(null, contexts.get(name));
      },
    },
    (request, response) => {
      const host = (request.headers.host ?? "").replace(/:\d+$/, "");
      const served = hosts.get(host);
      if (served === undefined || request.url !== "/.well-known/mta-sts.txt") {
        response.writeHead(404).end();
      } else {
        (served.server.answer ?? plain)(response, served.policy);
      }
    },
  );
  server.on("secureConnection", (socket) => {
    sockets.keep(socket);
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const { raw } = first.server;
  return net.createServer((socket) => {
    if (raw === undefined) server.emit("connection", socket);
    else raw(socket);
  });
}

/** As it should be. */
const plain: Answer = (response, policy) => {
  response.writeHead(200, { "content-type": "text/plain" }).end(policy);
};

/** The policy under another media type; null: under none. */
export function mediaType(type: string | null): Answer {
  return (response, policy) => {
    response.writeHead(200, type === null ? {} : { "content-type": type }).end(policy);
  };
}

export function status(code: number, headers: http.OutgoingHttpHeaders, body: string): Answer {
  return (response) => {
    response.writeHead(code, headers).end(body);
  };
}

export const gzipped: Answer = (response, policy) => {
  response
    .writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" })
    .end(zlib.gzipSync(policy));
};

/** Promises more than it sends, and hangs up. */
export const brokenOff: Answer = (response, policy) => {
  response.writeHead(200, { "content-type": "text/plain", "content-length": policy.length * 2 });
  response.write(policy, () => response.socket?.destroy());
};

/** The body at one byte per second: longer than a minute. */
export const dripBody: Answer = (response, policy) => {
  response.writeHead(200, { "content-type": "text/plain", "content-length": policy.length });
  drip(response, policy, (text) => response.write(text));
};

/** The status line and header fields at one byte per second. */
export const dripHeaders: Answer = (response) => {
  const text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nServer: as slow as it gets\r\n\r\n";
  drip(response, text, (byte) => response.socket?.write(byte));
};

function drip(response: http.ServerResponse, text: string, write: (byte: string) => void): void {
  const { socket } = response;
  if (socket === null) return;
  let sent = 0;
  whileOpen(socket, 1000, () => {
    const byte = text.charAt(sent++);
    if (byte === "") socket.end();
    else write(byte);
  });
}

/** A body of ten gigabytes, as fast as it is read. */
export const tenGigabytes: Answer = (response) => {
  const { socket } = response;
  if (socket === null) return;
  const bytes = 10_000_000_000;
  socket.write(
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${String(bytes)}\r\n\r\n`,
  );
  flood(socket, Buffer.alloc(65_536, "mx: a.example\r\n"), bytes);
};

/** Header fields without an end. */
export const endlessHeaders: Answer = (response) => {
  const { socket } = response;
  if (socket === null) return;
  socket.write("HTTP/1.1 200 OK\r\n");
  flood(socket, Buffer.from(`X-Filler: ${"x".repeat(1000)}\r\n`.repeat(60)), 10_000_000_000);
};
