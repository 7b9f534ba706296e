/** `stspress reports serve`: receives the reports that senders POST, behind a web server that speaks TLS. */
import { isLoopback, plainAddress } from "../receiver/client-address.ts";
import { diskSpaceCheck } from "../receiver/disk-space.ts";
import { JournalWriter, type JournalRecord } from "../journal/journal.ts";
import { maxUntrusted, Quarantine } from "../intake/quarantine.ts";
import { startReceiver, type Receiver, type ReportCheck } from "../receiver/receiver.ts";
import type { ReportFolders } from "../intake/report-folders.ts";
import { parseServer, type Server } from "../../net/dns/servers.ts";
import { printable } from "../../cli/text.ts";
import { describeRefusal, type Refusal } from "../../tls-rpt/report/refusal.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import type { Options } from "../../cli/options.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../../diagnostics/result.ts";
import { aboutReport } from "../receiver/about-report.ts";
import { parseReport } from "../intake/parse-report.ts";
import { reportFolders } from "../store/open-store.ts";
import { describe } from "../../runtime/system-error.ts";

interface ServeOptions {
  readonly listen: Server;
  readonly proxy: string | null;
  readonly perMinute: number;
}

const normalListen: Server = { address: "127.0.0.1", port: 8460 };
const normalText = `${normalListen.address}:${String(normalListen.port)}`;

/** Runs `reports serve`. */
export async function run({ options, root, io }: Context): Promise<Result<ExitCode>> {
  const asked = readOptions(options);
  if (!asked.ok) return asked;
  const folders = reportFolders(root);
  if (!folders.ok) return folders;
  const stop = io.stopRequested();
  const receiving = await receive(asked.value, folders.value, (line) => {
    io.err(`${printable(line)}\n`);
  });
  if (!receiving.ok) return receiving;
  const { receiver, writer } = receiving.value;
  io.err(`listening at http://${urlHost(asked.value.listen.address)}:${String(receiver.port)}/\n`);
  await stop;
  io.err("stopping\n");
  await receiver.stop();
  await writer.close();
  return success(0);
}

interface Receiving {
  readonly receiver: Receiver;
  readonly writer: JournalWriter;
}

async function receive(
  { listen: { address, port }, proxy, perMinute }: ServeOptions,
  folders: ReportFolders,
  log: (line: string) => void,
): Promise<Result<Receiving>> {
  try {
    const writer = await JournalWriter.open(folders.journal);
    const receiver = await startReceiver({
      address,
      port,
      proxy,
      perMinute,
      append: (record) => writer.append([record]),
      quarantine: quarantineOf(folders, log),
      check: checkReport,
      hasDiskSpace: diskSpaceCheck(folders.journal),
      log,
    });
    return success({ receiver, writer });
  } catch (error) {
    const detail = listenProblem(error);
    return failure(diagnostic("reports/cannot-listen", { address, port, detail }));
  }
}

function listenProblem(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") return "another program is listening there";
  if (code === "EADDRNOTAVAIL") return "this machine does not have that address";
  return describe(error);
}

function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Checks a posted text as any other report. */
function checkReport({ arrival, hints }: JournalRecord, json: Uint8Array): ReportCheck {
  const parsed = parseReport(json, arrival, hints, arrival.receivedAt);
  if (parsed.ok) return { ok: true, about: aboutReport(parsed.normalised) };
  return { ok: false, refusal: parsed.reason };
}

function quarantineOf(folders: ReportFolders, log: (line: string) => void) {
  const quarantine = new Quarantine(folders.quarantine);
  return (body: Uint8Array, reason: Refusal): void => {
    const extension = body[0] === 0x1f && body[1] === 0x8b ? "gz" : "json";
    try {
      const at = Math.floor(Date.now() / 1000);
      const why = describeRefusal(reason);
      const about = { reasons: [reason], why, source: "posted", at };
      const name = quarantine.putUntrusted(body, extension, about);
      if (name !== null) return;
      log(`the quarantine is full (${String(maxUntrusted)} files): what came is not kept`);
    } catch (error) {
      log(`what came is not kept: ${describe(error)}`);
    }
  };
}

function readOptions(options: Options): Result<ServeOptions> {
  const read = combine({
    listen: options.parsed("listen", parseListen, "an IP address and a port", normalText),
    proxy: options.parsed("proxy", parseServer, "an IP address", "192.0.2.80"),
    perMinute: options.number("rate", { min: 1, max: 999_999, default: 600 }),
  });
  if (!read.ok) return read;
  const { proxy, perMinute } = read.value;
  const listen = read.value.listen ?? normalListen;
  if (!isLoopback(listen.address) && proxy === null) {
    return options.conflict(
      "the receiver has no TLS, so other machines may send to it only through a proxy",
      `--listen ${normalText}, or add --proxy and the IP address of the web server`,
    );
  }
  return success({
    listen,
    proxy: proxy === null ? null : plainAddress(proxy.address),
    perMinute,
  });
}

function parseListen(text: string): Server | null {
  return /:\d+$/.test(text) ? parseServer(text) : null;
}
