/** The options of `reports fetch`: checked. */
import net from "node:net";
import { parseServer, type Server } from "../../../net/dns/servers.ts";
import { isLoopback } from "../../receiver/client-address.ts";
import type { MailMark } from "../../../mail/imap/imap.ts";
import type { Options } from "../../../cli/options.ts";
import { combine, success, type Result } from "../../../diagnostics/result.ts";

export interface FetchOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly folder: string;
  readonly security: "tls" | "starttls" | "plain";
  readonly mark: MailMark;
  readonly passwordFile: string | null;
  readonly caFile: string | null;
  readonly timeoutMs: number;
  /** null: the system's. */
  readonly resolver: Server | null;
}

/** Reads them. */
export function readFetchOptions(options: Options): Result<FetchOptions> {
  const security = readSecurity(options);
  const usualPort = security.ok && security.value !== "tls" ? 143 : 993;
  const read = combine({
    host: readHost(options),
    user: readUser(options),
    security,
    port: options.number("port", { min: 1, max: 65_535, default: usualPort }),
    timeout: options.number("timeout", { min: 1, max: 3600, default: 60 }),
    mark: options.parsed(
      "mark",
      readMark,
      "keyword, seen, flag, none or move:FOLDER",
      "move:Archive",
    ),
    resolver: options.parsed("resolver", parseServer, "an IP address or IP:port", "192.0.2.53"),
  });
  if (!read.ok) return read;
  const { timeout, mark, ...checked } = read.value;
  return success({
    ...checked,
    mark: mark ?? { how: "keyword" },
    folder: options.text("folder") ?? "INBOX",
    passwordFile: options.text("password-file"),
    caFile: options.text("ca"),
    timeoutMs: timeout * 1000,
  });
}

function readHost(options: Options): Result<string> {
  const host = options.text("host") ?? "";
  if (/^[A-Za-z0-9.:_-]{1,255}$/.test(host)) return success(host);
  return options.wrong("host", host, "the name of a server", "imap.example.com");
}

function readUser(options: Options): Result<string> {
  const user = options.text("user") ?? "";
  if (user !== "" && !/\p{Cc}/u.test(user)) return success(user);
  return options.wrong("user", user, "the name of a mailbox", "tls-reports@example.com");
}

function readSecurity(options: Options): Result<FetchOptions["security"]> {
  if (!options.flag("insecure-plain")) {
    return success(options.flag("starttls") ? "starttls" : "tls");
  }
  if (options.flag("starttls")) {
    return options.conflict("--insecure-plain and --starttls exclude each other", "--starttls");
  }
  if (isLocal(options.text("host") ?? "")) return success("plain");
  return options.conflict(
    "--insecure-plain would send the password in the clear to another machine",
    "--starttls, or neither of them for TLS from the beginning",
  );
}

function isLocal(host: string): boolean {
  return host.toLowerCase() === "localhost" || (net.isIP(host) !== 0 && isLoopback(host));
}

function readMark(text: string): MailMark | null {
  switch (text) {
    case "keyword":
    case "seen":
    case "flag":
    case "none":
      return { how: text };
    default: {
      const folder = /^move:(.+)$/u.exec(text)?.[1];
      return folder === undefined || /\p{Cc}/u.test(folder) ? null : { how: "move", folder };
    }
  }
}
