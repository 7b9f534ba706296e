/** The options of `reports fetch`: checked, or the one line that says what is wrong. */
import net from "node:net";
import { parseServer, type Server } from "../../../net/dns/servers.ts";
import { isLoopback } from "../../receiver/client-address.ts";
import type { Mark } from "../../../mail/imap/imap.ts";
import { flag, textOption, type Arguments } from "../../../cli/io.ts";
import type { Usage } from "../../../audit/probe/look-options.ts";

export interface FetchOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly folder: string;
  readonly security: "tls" | "starttls" | "plain";
  readonly mark: Mark;
  readonly passwordFile: string | null;
  readonly caFile: string | null;
  readonly timeoutMs: number;
  /** null: the system's. */
  readonly resolver: Server | null;
}

/** Reads them. */
export function readFetchOptions(args: Arguments): FetchOptions | Usage {
  const host = textOption(args, "host");
  const user = textOption(args, "user");
  if (host === null || !/^[A-Za-z0-9.:_-]{1,255}$/.test(host)) {
    return { usage: "--host is not the name of a server", fix: "--host imap.example.com" };
  }
  if (user === null || user === "" || /\p{Cc}/u.test(user)) {
    return { usage: "--user is not the name of a mailbox", fix: "--user tls-reports@example.com" };
  }
  const plain = flag(args, "insecurePlain");
  const starttls = flag(args, "starttls");
  if (plain && starttls) {
    return { usage: "--insecure-plain and --starttls exclude each other", fix: "--starttls" };
  }
  if (plain && !isLocal(host)) {
    return {
      usage: "--insecure-plain would send the password in the clear to another machine",
      fix: "--starttls, or neither of them for TLS from the beginning",
    };
  }
  const security = plain ? "plain" : starttls ? "starttls" : "tls";
  const port = readNumber(textOption(args, "port"), security === "tls" ? 993 : 143, 65_535);
  if (port === null) return { usage: "--port is not a port", fix: "--port 993" };
  const timeout = readNumber(textOption(args, "timeout"), 60, 3600);
  if (timeout === null) {
    return { usage: "--timeout is not a whole number from 1 to 3600", fix: "--timeout 60" };
  }
  const mark = readMark(textOption(args, "mark") ?? "keyword");
  if (mark === null) {
    return {
      usage: "--mark is none of keyword, seen, flag, none and move:FOLDER",
      fix: "--mark seen, or --mark move:Archive",
    };
  }
  const resolverText = textOption(args, "resolver");
  const resolver = resolverText === null ? null : parseServer(resolverText);
  if (resolverText !== null && resolver === null) {
    return {
      usage: "--resolver is not an IP address",
      fix: "--resolver 192.0.2.53 or 192.0.2.53:5353",
    };
  }
  return {
    host,
    port,
    user,
    folder: textOption(args, "folder") ?? "INBOX",
    security,
    mark,
    passwordFile: textOption(args, "passwordFile"),
    caFile: textOption(args, "ca"),
    timeoutMs: timeout * 1000,
    resolver,
  };
}

function isLocal(host: string): boolean {
  return host.toLowerCase() === "localhost" || (net.isIP(host) !== 0 && isLoopback(host));
}

function readNumber(text: string | null, normal: number, most: number): number | null {
  if (text === null) return normal;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}

function readMark(text: string): Mark | null {
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
