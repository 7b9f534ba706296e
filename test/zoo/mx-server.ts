/** An MX host's SMTP server: smtp-server where it is in good health, a script where it is not. */
import net from "node:net";
import tls from "node:tls";
import { SMTPServer } from "smtp-server";
import type { Identity, IdentityKind } from "./identities.ts";
import { oldTlsOptions } from "./policy-server.ts";
import { flood, type Sockets } from "./sockets.ts";

/** What the server says instead of what it should; a reply of null never comes. */
export interface Script {
  readonly greeting?: string | null;
  readonly ehlo?: string | null;
  readonly startTls?: string | null;
  /** In place of the TLS handshake. */
  readonly handshake?: (socket: net.Socket) => void;
  /** Sent without end, as fast as it is read, when the client connects or says EHLO. */
  readonly endless?: { readonly on: "connect" | "EHLO"; readonly line: string };
}

export interface MxServer {
  readonly certificate?: IdentityKind;
  /** Served to those who send no SNI; default: the same certificate. */
  readonly withoutSni?: IdentityKind;
  /** TLS 1.0 and 1.1 only. */
  readonly oldTls?: boolean;
  readonly script?: Script;
}

/** One host of a server, and the certificates that it shows. */
export interface ReceivingHost {
  readonly server: MxServer;
  readonly identity: Identity;
  readonly withoutSni: Identity;
}

/**
 * Makes the server of one address. Hosts are told apart by SNI; what comes before that is the first
 * host's.
 */
export function makeMxServer(
  hosts: ReadonlyMap<string, ReceivingHost>,
  sockets: Sockets,
): net.Server {
  const [entry] = hosts;
  if (entry === undefined) throw new Error("an SMTP server needs a host");
  const [name, { server, withoutSni }] = entry;
  const script = server.script ?? (server.oldTls === true ? {} : null);
  if (script === null) {
    const sniOptions = new Map([...hosts].map(([host, { identity }]) => [host, identity]));
    const healthy = new SMTPServer({
      ...withoutSni,
      name,
      sniOptions,
      authOptional: true,
      disableReverseLookup: true,
      onData: (stream, _session, done) => {
        stream.on("end", done).resume();
      },
    });
    healthy.on("error", () => undefined);
    return healthy.server;
  }
  const contexts = new Map<string, tls.SecureContext>();
  const old = server.oldTls === true ? oldTlsOptions : {};
  for (const [host, { identity }] of hosts) {
    contexts.set(host, tls.createSecureContext({ ...old, ...identity }));
  }
  const fallback = tls.createSecureContext({ ...old, ...withoutSni });
  return net.createServer((socket) => {
    follow(socket, name, script, (clear) => {
      const secured = new tls.TLSSocket(clear, {
        isServer: true,
        secureContext: fallback,
        SNICallback: (host, done) => {
          done(null, contexts.get(host));
        },
      });
      sockets.keep(secured);
      return secured;
    });
  });
}

/** Holds the server's side of a conversation. */
function follow(
  socket: net.Socket,
  name: string,
  script: Script,
  secure: (socket: net.Socket) => net.Socket,
): void {
  const { greeting = `220 ${name} ESMTP\r\n`, endless } = script;
  const ehlo =
    script.ehlo === undefined ? `250-${name}\r\n250-SIZE\r\n250 STARTTLS\r\n` : script.ehlo;
  const startTls = script.startTls === undefined ? "220 go ahead\r\n" : script.startTls;
  const floodOn = (moment: "connect" | "EHLO"): boolean => {
    if (endless?.on !== moment) return false;
    flood(socket, Buffer.from(endless.line.repeat(64), "latin1"), Infinity);
    return true;
  };
  if (floodOn("connect")) return;
  if (greeting !== null) socket.write(greeting, "latin1");
  listenToLines(socket, (line) => {
    const verb = line.slice(0, 8).toUpperCase().trimEnd();
    if (verb.startsWith("EHLO")) {
      if (!floodOn("EHLO") && ehlo !== null) socket.write(ehlo, "latin1");
    } else if (verb === "STARTTLS") {
      if (startTls !== null) socket.write(startTls, "latin1");
      if (startTls?.startsWith("220") !== true) return;
      socket.removeAllListeners("data");
      if (script.handshake !== undefined) script.handshake(socket);
      else listenToLines(secure(socket), (_said, secured) => secured.end("221 bye\r\n"));
    } else if (verb.startsWith("QUIT")) {
      socket.end("221 bye\r\n");
    } else {
      socket.write("502 5.5.1 not implemented\r\n");
    }
  });
}

/** Calls for each line that the client says, without its end. */
function listenToLines(socket: net.Socket, hear: (line: string, socket: net.Socket) => void): void {
  let text = "";
  socket.on("data", (bytes: Buffer) => {
    text += bytes.toString("latin1");
    for (;;) {
      const end = text.indexOf("\n");
      if (end === -1) return;
      const line = text.slice(0, end).trimEnd();
      text = text.slice(end + 1);
      hear(line, socket);
    }
  });
}
