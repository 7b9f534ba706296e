/** The options of commands that look at the policy host and at DNS, checked. */
import type { Options } from "../../cli/options.ts";
import { combine, success, type Result } from "../../diagnostics/result.ts";
import { parseServer, type Server } from "../../net/dns/servers.ts";

export interface LookOptions {
  /** null: the system's. */
  readonly resolver: Server | null;
  /** File with additional roots to trust, or null. */
  readonly caFile: string | null;
  readonly httpsPort: number;
  /** The port that authoritative name servers listen at. */
  readonly dnsPort: number;
  /** How long one conversation may take. */
  readonly timeoutMs: number;
  /** Domains at once. */
  readonly concurrency: number;
  readonly allowPrivate: boolean;
}

/** Servers that order certificates on demand fail when fifty hosts are asked for at once. */
const gentleConcurrency = 10;

/** Reads the options that say how to look. */
export function readLookOptions(
  options: Options,
  defaults: Pick<LookOptions, "concurrency"> = { concurrency: gentleConcurrency },
): Result<LookOptions> {
  const port = { min: 1, max: 65_535 };
  const read = combine({
    resolver: options.parsed("resolver", parseServer, "an IP address or IP:port", "192.0.2.53"),
    httpsPort: options.number("https-port", { ...port, default: 443 }),
    dnsPort: options.number("dns-port", { ...port, default: 53 }),
    timeout: options.number("timeout", { min: 1, max: 600, default: 60 }),
    concurrency: options.number("concurrency", {
      min: 1,
      max: 1000,
      default: defaults.concurrency,
    }),
  });
  if (!read.ok) return read;
  const { timeout, ...checked } = read.value;
  return success({
    ...checked,
    caFile: options.text("ca"),
    timeoutMs: timeout * 1000,
    allowPrivate: options.flag("allow-private"),
  });
}
