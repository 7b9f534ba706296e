/** Puts one server on loopback, and looks at it as an audit does. */
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { fetchPolicy } from "../../../src/audit/probe/policy-fetch.ts";
import { probeMx } from "../../../src/audit/probe/smtp-probe.ts";
import { loadTrustStore, type TrustStore } from "../../../src/net/tls/trust-store.ts";
import { Identities, type Identity } from "../../zoo/identities.ts";
import { makeMxServer, type MxServer } from "../../zoo/mx-server.ts";
import { makePolicyServer, type PolicyServer } from "../../zoo/policy-server.ts";
import { Sockets } from "../../zoo/sockets.ts";
import type { PolicyFetch, SmtpProbe } from "../../../src/audit/evidence.ts";

export const host = "host.zoo.test";
export const policy = "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n";

/** What both sides said on one connection, seen from the server. */
export interface Seen<Evidence> {
  readonly evidence: Evidence;
  /** Bytes that the servers wrote, on all connections. */
  readonly written: number;
  /** Connections that were made. */
  readonly connections: number;
}

let ready: Promise<{ identities: Identities; trust: TrustStore }> | undefined;

/** An authority, and a trust store that knows it; made once per file. */
export function authority(): Promise<{ identities: Identities; trust: TrustStore }> {
  ready ??= (async () => {
    const identities = await Identities.make();
    return { identities, trust: loadTrustStore(temporaryFile(identities.rootPem), []) };
  })();
  return ready;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-edge-"));
process.once("exit", () => {
  fs.rmSync(folder, { recursive: true, force: true });
});
let files = 0;

/** A file that lives as long as the process. */
export function temporaryFile(text: string | Buffer): string {
  files += 1;
  const file = path.join(folder, `${String(files)}.pem`);
  fs.writeFileSync(file, text);
  return file;
}

/** More than a test may take: what waits for this long fails. */
export const unbearable = 600_000;

interface Patience {
  readonly timeoutMs?: number;
}

/** Probes a server of the zoo's kind. */
export async function probe(server: MxServer, patience: Patience = {}): Promise<Seen<SmtpProbe>> {
  const { identities } = await authority();
  const identity = await identities.issue(server.certificate ?? "good", [host]);
  const withoutSni =
    server.withoutSni === undefined ? identity : await identities.issue(server.withoutSni, [host]);
  const sockets = new Sockets();
  return probeAt(
    makeMxServer(new Map([[host, { server, identity, withoutSni }]]), sockets),
    sockets,
    patience,
  );
}

/** Probes whatever the function makes of a connection; half open, it outlives the client's end of it. */
export function probeRaw(
  serve: (socket: net.Socket) => void,
  { allowHalfOpen = false, ...patience }: Patience & { allowHalfOpen?: boolean } = {},
): Promise<Seen<SmtpProbe>> {
  return probeAt(net.createServer({ allowHalfOpen }, serve), new Sockets(), patience);
}

async function probeAt(
  server: net.Server,
  sockets: Sockets,
  { timeoutMs = 5000 }: Patience,
): Promise<Seen<SmtpProbe>> {
  const { trust } = await authority();
  return look(server, sockets, (port) =>
    probeMx({
      ...{ host, address: "127.0.0.1", port, heloName: "audit.test" },
      ...{ trust, timeoutMs, allowPrivate: true },
    }),
  );
}

/** Fetches from a server of the zoo's kind; an identity takes the place of the one of its kind. */
export async function fetchFrom(
  server: PolicyServer,
  { identity, timeoutMs = 5000 }: Patience & { identity?: Identity } = {},
): Promise<Seen<PolicyFetch>> {
  const { identities, trust } = await authority();
  const shown = identity ?? (await identities.issue(server.certificate ?? "good", [host]));
  const sockets = new Sockets();
  const served = new Map([[host, { server, identity: shown, policy }]]);
  return look(makePolicyServer(served, sockets), sockets, (port) =>
    fetchPolicy({ host, address: "127.0.0.1", port, trust, timeoutMs, allowPrivate: true }),
  );
}

/** Fetches from a server that answers every request with these bytes, and then ends or goes on for ever. */
export function fetchText(
  text: string,
  { end = true, ...patience }: Patience & { end?: boolean } = {},
): Promise<Seen<PolicyFetch>> {
  return fetchFrom(
    {
      answer: ({ socket }) => {
        if (end) socket?.end(text, "latin1");
        else socket?.write(text, "latin1");
      },
    },
    patience,
  );
}

async function look<Evidence>(
  server: net.Server,
  sockets: Sockets,
  ask: (port: number) => Promise<Evidence>,
): Promise<Seen<Evidence>> {
  const accepted: net.Socket[] = [];
  server.on("connection", (socket) => accepted.push(socket));
  const port = await sockets.listen(server, "127.0.0.1", 0);
  onTestFinished(() => sockets.close());
  const evidence = await ask(port);
  const written = accepted.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  return { evidence, written, connections: accepted.length };
}

/** The connections that this process has open, servers' and clients' alike. */
export function openConnections(): number {
  const kinds = ["TCPSocketWrap", "TLSWrap"];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length;
}
