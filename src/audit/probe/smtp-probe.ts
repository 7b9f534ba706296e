/** Speaks SMTP with one address of an MX host as a sender does, up to the TLS handshake, and quits. */
import { SmtpReplyReader, type SmtpReply } from "../../net/smtp/reply-reader.ts";
import { Connection, type Destination } from "../../net/tls/connection.ts";
import type { SmtpProbe } from "../evidence.ts";
import type { ConnectionFailure } from "../../net/failure.ts";

/** Which address to probe, and as whom. */
export interface ProbeRequest extends Destination {
  /** The name in EHLO. */
  readonly heloName: string;
}

/** What one connection has shown so far. */
type Seen = {
  -readonly [
    Key in "failure" | "banner" | "keywords" | "startTls" | "injected" | "tls"
  ]: SmtpProbe[Key];
};

const maxText = 200;
const maxKeywords = 50;

/**
 * Probes one address: greeting, EHLO, STARTTLS, handshake with SNI, QUIT. If that succeeds, the same again
 * without SNI, to see which certificate is served then. The timeout is for both connections together.
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

/** Makes one connection, from the first byte to the last. */
async function converse(request: ProbeRequest, how: { sni: boolean }): Promise<Seen> {
  const connection = new Connection(request);
  const seen: Seen = {
    failure: null,
    banner: null,
    keywords: null,
    startTls: "unknown",
    injected: false,
    tls: null,
  };
  const refusal = await negotiate(connection, request.heloName, how, seen);
  // Read before QUIT: a failure of that does not matter.
  seen.failure = connection.failure ?? refusal;
  await connection.close("QUIT\r\n");
  return seen;
}

/** Goes as far as TLS, or until the server refuses; null also if the connection has failed. */
async function negotiate(
  connection: Connection,
  heloName: string,
  how: { sni: boolean },
  seen: Seen,
): Promise<ConnectionFailure | null> {
  if (!(await connection.connect())) return null;
  const replies = new SmtpReplyReader(connection);

  connection.enter("banner");
  const greeting = await replies.next();
  if (greeting === null) return null;
  seen.banner = (greeting.lines[0] ?? "").slice(0, maxText);
  if (greeting.code !== 220) return refusalOf("banner", greeting);

  connection.enter("ehlo");
  const hello = await greet(connection, replies, heloName);
  if (hello === null) return null;
  if (hello.code !== 250) return refusalOf("ehlo", hello);
  const keywords = hello.lines.slice(1).map((line) => (/^\S*/.exec(line)?.[0] ?? "").toUpperCase());
  seen.keywords = keywords.slice(0, maxKeywords).map((keyword) => keyword.slice(0, maxText));
  seen.startTls = keywords.includes("STARTTLS") ? "offered" : "not-offered";
  if (seen.startTls === "not-offered") return { stage: "starttls", kind: "rejected", detail: "" };

  connection.enter("starttls");
  connection.send("STARTTLS\r\n");
  const goAhead = await replies.next();
  if (goAhead === null) return null;
  if (goAhead.code !== 220) return refusalOf("starttls", goAhead);

  // Whoever treats these bytes as part of the TLS session accepts what an attacker injected.
  const hadBytes = await connection.discard();
  seen.injected = hadBytes || replies.hasMore;
  seen.tls = await connection.secure(how);
  return null;
}

/** Sends EHLO, or HELO if EHLO is not known: then no extension is offered. */
async function greet(
  connection: Connection,
  replies: SmtpReplyReader,
  heloName: string,
): Promise<SmtpReply | null> {
  connection.send(`EHLO ${heloName}\r\n`);
  const reply = await replies.next();
  // RFC 5321 §3.2. Seen in the wild: firewalls that corrupt EHLO, so that they can read the mail.
  if (reply?.code !== 500 && reply?.code !== 502) return reply;
  connection.send(`HELO ${heloName}\r\n`);
  const plain = await replies.next();
  return plain === null ? null : { ...plain, lines: plain.lines.slice(0, 1) };
}

/** The failure that a negative reply means. */
function refusalOf(
  stage: ConnectionFailure["stage"],
  { code, lines }: SmtpReply,
): ConnectionFailure {
  const detail = `${String(code)} ${lines[0] ?? ""}`.slice(0, maxText);
  return { stage, kind: code >= 400 ? "rejected" : "protocol", detail };
}
