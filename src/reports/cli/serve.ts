/** `stspress reports serve`: receives the reports that senders POST, behind a web server that speaks TLS. */
import { isLoopback, plainAddress } from "../receiver/client-address.ts";
import { diskRoom } from "../receiver/disk-room.ts";
import { JournalWriter, type JournalRecord } from "../journal/journal.ts";
import { maxFromStrangers, Quarantine } from "../intake/quarantine.ts";
import { startReceiver, type Judgement, type Receiver } from "../receiver/receiver.ts";
import type { ReportFolders } from "../intake/report-folders.ts";
import { parseServer, type Server } from "../../net/dns/servers.ts";
import { printable } from "../../cli/text.ts";
import { describeRefusal, type Refusal } from "../../tls-rpt/report/refusal.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { tell } from "../../cli/report.ts";
import { siteRoot } from "../../cli/site-root.ts";
import { aboutReport } from "../receiver/about-report.ts";
import { ingest } from "../intake/ingest.ts";
import { reportFolders } from "../store/open-store.ts";
import { describe } from "../../runtime/system-error.ts";

interface ServeOptions {
  readonly listen: Server;
  readonly proxy: string | null;
  readonly perMinute: number;
}

const normalListen = "127.0.0.1:8460";
const normalPerMinute = 600;

/** Runs `reports serve`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const options = readOptions(args);
  if ("usage" in options) {
    io.err(`${options.usage}\n  fix: stspress reports serve ${options.fix}\n`);
    return 2;
  }
  const root = siteRoot(textOption(args, "site"));
  if (typeof root !== "string") {
    tell([root], "text", io, {});
    return 2;
  }
  const folders = reportFolders(root);
  if ("code" in folders) {
    tell([folders], "text", io, {});
    return 2;
  }
  const log = (line: string): void => {
    io.err(`${printable(line)}\n`);
  };
  const stop = io.stopRequested();
  let writer: JournalWriter;
  let receiver: Receiver;
  try {
    writer = await JournalWriter.open(folders.journal);
    receiver = await startReceiver({
      address: options.listen.address,
      port: options.listen.port,
      proxy: options.proxy,
      perMinute: options.perMinute,
      append: (record) => writer.append([record]),
      quarantine: quarantineOf(folders, log),
      judge,
      hasRoom: diskRoom(folders.journal),
      log,
    });
  } catch (error) {
    const { address, port } = options.listen;
    io.err(
      `reports cannot be received at ${address} port ${String(port)}: ${printable(listenProblem(error))}\n  fix: end what listens there, or choose another address with --listen\n`,
    );
    return 2;
  }
  io.err(`listening at http://${urlHost(options.listen.address)}:${String(receiver.port)}/\n`);
  await stop;
  io.err("stopping\n");
  await receiver.stop();
  await writer.close();
  return 0;
}

function listenProblem(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") return "another program listens there";
  if (code === "EADDRNOTAVAIL") return "this machine does not have that address";
  return describe(error);
}

function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Judges a posted text by the rules that hold for all of them. */
function judge({ arrival, hints }: JournalRecord, json: Uint8Array): Judgement {
  const ingested = ingest(json, arrival, hints, arrival.receivedAt);
  if (ingested.ok) return { ok: true, about: aboutReport(ingested.report.report) };
  return { ok: false, code: ingested.reason, words: describeRefusal(ingested.reason) };
}

function quarantineOf(folders: ReportFolders, log: (line: string) => void) {
  const quarantine = new Quarantine(folders.quarantine);
  return (body: Uint8Array, reason: Refusal): void => {
    const extension = body[0] === 0x1f && body[1] === 0x8b ? "gz" : "json";
    try {
      const at = Math.floor(Date.now() / 1000);
      const why = describeRefusal(reason);
      const about = { reasons: [reason], why, source: "posted", at };
      const name = quarantine.putFromStranger(body, extension, about);
      if (name !== null) return;
      log(`the quarantine is full (${String(maxFromStrangers)} files): what came is not kept`);
    } catch (error) {
      log(`what came is not kept: ${describe(error)}`);
    }
  };
}

function readOptions(args: Arguments): ServeOptions | { usage: string; fix: string } {
  const listen = parseServer(textOption(args, "listen") ?? normalListen);
  if (listen === null || !/:\d+$/.test(textOption(args, "listen") ?? normalListen)) {
    return { usage: "--listen is not an IP address and a port", fix: `--listen ${normalListen}` };
  }
  const proxyText = textOption(args, "proxy");
  const proxy = proxyText === null ? null : (parseServer(proxyText)?.address ?? null);
  if (proxyText !== null && proxy === null) {
    return { usage: "--proxy is not an IP address", fix: "--proxy 192.0.2.80" };
  }
  if (!isLoopback(listen.address) && proxy === null) {
    return {
      usage:
        "reports are received without TLS, so only this machine may send them; or name the web server that may send them from elsewhere",
      fix: `--listen ${normalListen}, or add --proxy and its IP address`,
    };
  }
  const rate = textOption(args, "rate") ?? String(normalPerMinute);
  if (!/^[1-9]\d{0,5}$/.test(rate)) {
    return {
      usage: "--rate is not a whole number from 1 to 999999",
      fix: `--rate ${String(normalPerMinute)}`,
    };
  }
  return {
    listen,
    proxy: proxy === null ? null : plainAddress(proxy),
    perMinute: Number(rate),
  };
}
