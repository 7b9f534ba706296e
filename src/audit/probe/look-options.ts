/** The options of verbs that look at the world outside: checked, or the one line that says what is wrong. */
import { parseServer, type Server } from "../../net/dns/servers.ts";
import { textOption, type Arguments } from "../../cli/io.ts";

export interface LookOptions {
  /** null: the system's. */
  readonly resolver: Server | null;
  /** File with more roots to trust, or null. */
  readonly caFile: string | null;
  readonly httpsPort: number;
  readonly smtpPort: number;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly allowPrivate: boolean;
  readonly heloName: string;
}

/** A usage error: what is wrong, and what to type instead. */
export interface Usage {
  readonly usage: string;
  readonly fix: string;
}

/** Reads the options that say how to look. `hostName` is this machine's name. */
export function readLookOptions(args: Arguments, hostName: string): LookOptions | Usage {
  const resolverText = textOption(args, "resolver");
  const resolver = resolverText === null ? null : parseServer(resolverText);
  if (resolverText !== null && resolver === null) {
    return {
      usage: "--resolver is not an IP address",
      fix: "--resolver 192.0.2.53 or 192.0.2.53:5353",
    };
  }
  const number = (name: string, option: string, normal: number, most: number): number | Usage => {
    const text = textOption(args, name);
    if (text === null) return normal;
    const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= most
      ? value
      : {
          usage: `--${option} is not a whole number from 1 to ${String(most)}`,
          fix: `--${option} ${String(normal)}`,
        };
  };
  const httpsPort = number("httpsPort", "https-port", 443, 65_535);
  const smtpPort = number("smtpPort", "smtp-port", 25, 65_535);
  const timeout = number("timeout", "timeout", 60, 600);
  const concurrency = number("concurrency", "concurrency", 50, 1000);
  for (const one of [httpsPort, smtpPort, timeout, concurrency]) {
    if (typeof one !== "number") return one;
  }
  const helo = textOption(args, "helo") ?? heloOf(hostName);
  if (!/^[A-Za-z0-9.:[\]-]{1,255}$/.test(helo)) {
    return { usage: "--helo is not a host name", fix: "--helo mail.example.com" };
  }
  return {
    resolver,
    caFile: textOption(args, "ca"),
    httpsPort: httpsPort as number,
    smtpPort: smtpPort as number,
    timeoutMs: (timeout as number) * 1000,
    concurrency: concurrency as number,
    allowPrivate: args.options["allowPrivate"] === true,
    heloName: helo,
  };
}

/** A machine may be called anything; a server wants a name. */
function heloOf(hostName: string): string {
  return /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(hostName) ? hostName : "audit.invalid";
}
