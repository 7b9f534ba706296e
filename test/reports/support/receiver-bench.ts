/** A receiver with a real journal on the disk, and a client that posts to it. */
import fs from "node:fs";
import http from "node:http";
import type net from "node:net";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { onTestFinished, vi } from "vitest";
import { JournalWriter } from "../../../src/reports/journal/journal.ts";
import { readJournal } from "../../../src/reports/journal/read-journal.ts";
import { startReceiver, type ReceiverOptions } from "../../../src/reports/receiver/receiver.ts";

export const maxBytes = 10 * 1024 * 1024;
export const json = '{"organization-name":"Reporter","policies":[]}';

export interface Bench {
  readonly port: number;
  readonly log: readonly string[];
  readonly quarantined: readonly string[];
  readonly stop: () => Promise<void>;
  /** Octets that the receiver has read from a client, by the client's port. */
  readonly readFrom: (port: number) => number;
  /** Resolves when it listens no more, and no connection is open. */
  readonly closed: Promise<void>;
  /** The JSON texts in the journal. */
  readonly journal: () => Promise<string[]>;
}

export async function start(options: Partial<ReceiverOptions> = {}): Promise<Bench> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-receiver-"));
  const writer = await JournalWriter.open(path.join(folder, "journal"));
  const log: string[] = [];
  const quarantined: string[] = [];
  const servers = vi.spyOn(http, "createServer");
  const starting = startReceiver({
    address: "127.0.0.1",
    port: 0,
    proxy: null,
    perMinute: 1_000_000,
    append: (record) => writer.append([record]),
    quarantine: (body, reason) => {
      quarantined.push(`${reason}: ${Buffer.from(body).toString("latin1")}`);
    },
    check: (_, bytes) => {
      try {
        JSON.parse(Buffer.from(bytes).toString("utf8"));
        return { ok: true, about: "about" };
      } catch {
        return { ok: false, refusal: "json-invalid" };
      }
    },
    hasDiskSpace: () => Promise.resolve(true),
    log: (line) => log.push(line),
    ...options,
  });
  const server = servers.mock.results[0]?.value as http.Server;
  servers.mockRestore();
  const clients = new Map<number, net.Socket>();
  server.on("connection", (socket) => clients.set(socket.remotePort ?? 0, socket));
  const closed = new Promise<void>((resolve) => {
    server.once("close", () => {
      resolve();
    });
  });
  const receiver = await starting;
  onTestFinished(async () => {
    await receiver.stop();
    await writer.close();
    fs.rmSync(folder, { recursive: true });
  });
  return {
    port: receiver.port,
    log,
    quarantined,
    stop: () => receiver.stop(),
    readFrom: (port) => clients.get(port)?.bytesRead ?? 0,
    closed,
    journal: async () => {
      const texts: string[] = [];
      for await (const { records } of readJournal(path.join(folder, "journal"), [])) {
        for (const { gzip } of records) texts.push(zlib.gunzipSync(gzip).toString("utf8"));
      }
      return texts;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly type?: string | null;
  readonly headers?: http.OutgoingHttpHeaders;
  /** The loopback addresses that it is sent from and to. */
  readonly from?: string;
  readonly to?: string;
}

export function send(port: number, body: string | Buffer, sent: Sent = {}): Promise<Answer> {
  const { method = "POST", type = "application/tlsrpt+json", headers = {} } = sent;
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        port,
        host: sent.to ?? "127.0.0.1",
        method,
        localAddress: sent.from,
        path: sent.path ?? "/tlsrpt",
        headers: { ...(type === null ? {} : { "Content-Type": type }), ...headers },
        agent: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
