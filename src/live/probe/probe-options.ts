/** The options of commands that observe domains over the network, checked. */
import type { Options } from "../../cli/options.ts";
import { combine, success, type Result } from "../../diagnostics/result.ts";
import { parseServer, type Server } from "../../net/dns/servers.ts";

export interface ProbeOptions {
  /** null: the system's. */
  readonly resolver: Server | null;
  /** File with additional roots to trust, or null. */
  readonly caFile: string | null;
  readonly httpsPort: number;
  /** Where name servers listen, as opposed to the resolver. */
  readonly dnsPort: number;
  readonly smtpPort: number;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly allowPrivate: boolean;
  readonly heloName: string;
}

/** Reads the options that say how to probe. `hostName` is this machine's name. */
export function readProbeOptions(
  options: Options,
  hostName: string,
  concurrency = 50,
): Result<ProbeOptions> {
  const port = { min: 1, max: 65_535 };
  const read = combine({
    resolver: options.parsed("resolver", parseServer, "an IP address or IP:port", "192.0.2.53"),
    httpsPort: options.number("https-port", { ...port, default: 443 }),
    dnsPort: options.number("dns-port", { ...port, default: 53 }),
    smtpPort: options.number("smtp-port", { ...port, default: 25 }),
    timeout: options.number("timeout", { min: 1, max: 600, default: 60 }),
    concurrency: options.number("concurrency", { min: 1, max: 1000, default: concurrency }),
    helo: options.parsed("helo", parseHelo, "a host name", "mail.example.com"),
  });
  if (!read.ok) return read;
  const { timeout, helo, ...checked } = read.value;
  return success({
    ...checked,
    caFile: options.text("ca"),
    timeoutMs: timeout * 1000,
    allowPrivate: options.flag("allow-private"),
    heloName: helo ?? heloOf(hostName),
  });
}

function parseHelo(text: string): string | null {
  return /^[A-Za-z0-9.:[\]-]{1,255}$/.test(text) ? text : null;
}

/** A machine's name may be anything; EHLO needs a domain name. */
function heloOf(hostName: string): string {
  return /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(hostName) ? hostName : "audit.invalid";
}
