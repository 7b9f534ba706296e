/** Talks SMTP to one address of an MX host as a sender does, up to the TLS handshake, and takes its leave. */
import { Replies, type Reply } from "../../net/smtp/replies.ts";
import { Connection, type Destination } from "../../net/tls/connection.ts";
import type { SmtpProbe } from "../evidence.ts";
import type { Failure } from "../../net/failure.ts";

/** Which address to probe, and as whom. */
export interface ProbeRequest extends Destination {
  /** What EHLO says. */
  readonly heloName: string;
}

/** What one conversation has shown so far. */
type Seen = {
  -readonly [
    Key in "failure" | "banner" | "keywords" | "startTls" | "injected" | "tls"
  ]: SmtpProbe[Key];
};

const maxText = 200;
const maxKeywords = 50;

/**
 * Probes one address: greeting, EHLO, STARTTLS, handshake with SNI, QUIT. Where that succeeds, the
 * same again without SNI, to see which certificate is served then. One connection at a time, and both
 * together have until the deadline.
 *
 * @see RFC 3207, RFC 8461 §4.2
 */
export async function probeMx(request: ProbeRequest): Promise<SmtpProbe> {
  const began = performance.now();
  const seen = await converse(request, { sni: true });
  const durationMs = Math.round(performance.now() - began);
  const timeoutMs = request.timeoutMs - durationMs;
  const again =
    seen.failure === null && timeoutMs > 0
      ? await converse({ ...request, timeoutMs }, { sni: false })
      : null;
  const [leaf] = again?.tls?.chain ?? [];
  return {
    address: request.address,
    durationMs,
    ...seen,
    fingerprintWithoutSni: leaf?.fingerprint ?? null,
    dnsNamesWithoutSni: leaf?.dnsNames ?? null,
  };
}

/** Holds one conversation from the first byte to the last. */
async function converse(request: ProbeRequest, how: { sni: boolean }): Promise<Seen> {
  const link = new Connection(request);
  const seen: Seen = {
    failure: null,
    banner: null,
    keywords: null,
    startTls: "unknown",
    injected: false,
    tls: null,
  };
  const refusal = await negotiate(link, request.heloName, how, seen);
  // What goes wrong with the goodbye is no news.
  seen.failure = link.failure ?? refusal;
  await link.close("QUIT\r\n");
  return seen;
}

/** Comes as far as TLS, or to where the server says no; null also where the link has failed. */
async function negotiate(
  link: Connection,
  heloName: string,
  how: { sni: boolean },
  seen: Seen,
): Promise<Failure | null> {
  if (!(await link.connect())) return null;
  const replies = new Replies(link);

  link.enter("banner");
  const greeting = await replies.next();
  if (greeting === null) return null;
  seen.banner = (greeting.lines[0] ?? "").slice(0, maxText);
  if (greeting.code !== 220) return refusalOf("banner", greeting);

  link.enter("ehlo");
  const hello = await greet(link, replies, heloName);
  if (hello === null) return null;
  if (hello.code !== 250) return refusalOf("ehlo", hello);
  const keywords = hello.lines.slice(1).map((line) => (/^\S*/.exec(line)?.[0] ?? "").toUpperCase());
  seen.keywords = keywords.slice(0, maxKeywords).map((keyword) => keyword.slice(0, maxText));
  seen.startTls = keywords.includes("STARTTLS") ? "offered" : "not-offered";
  if (seen.startTls === "not-offered") return { stage: "starttls", kind: "rejected", detail: "" };

  link.enter("starttls");
  link.send("STARTTLS\r\n");
  const goAhead = await replies.next();
  if (goAhead === null) return null;
  if (goAhead.code !== 220) return refusalOf("starttls", goAhead);

  // A sender that took these bytes for the server's, under TLS, would take whatever anybody put in.
  const came = await link.discard();
  seen.injected = came || replies.hasMore;
  seen.tls = await link.secure(how);
  return null;
}

/** Says EHLO, or HELO where EHLO is not known: then nothing is offered. */
async function greet(link: Connection, replies: Replies, heloName: string): Promise<Reply | null> {
  link.send(`EHLO ${heloName}\r\n`);
  const reply = await replies.next();
  // RFC 5321 §3.2. Seen in the wild: firewalls that spoil EHLO, to keep TLS out of what they read.
  if (reply?.code !== 500 && reply?.code !== 502) return reply;
  link.send(`HELO ${heloName}\r\n`);
  const plain = await replies.next();
  return plain === null ? null : { ...plain, lines: plain.lines.slice(0, 1) };
}

/** The server's answer, which is not the one that goes on. */
function refusalOf(stage: Failure["stage"], { code, lines }: Reply): Failure {
  const detail = `${String(code)} ${lines[0] ?? ""}`.slice(0, maxText);
  return { stage, kind: code >= 400 ? "rejected" : "protocol", detail };
}
