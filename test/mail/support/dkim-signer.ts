/** Signs mail with DKIM, independent of the verifier's library: relaxed/relaxed, as everybody does. */
import crypto from "node:crypto";

export interface SigningKey {
  readonly privateKey: crypto.KeyObject;
  /** The TXT record, whole. */
  readonly record: string;
}

/** Makes a key and its record. */
export function makeKey(kind: "rsa" | "ed25519", bits = 2048): SigningKey {
  if (kind === "ed25519") {
    const { privateKey, publicKey } = crypto.generateKeyPairSync("ed25519");
    const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
    return { privateKey, record: `v=DKIM1; k=ed25519; p=${raw.toString("base64")}` };
  }
  const { privateKey, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: bits });
  const der = publicKey.export({ type: "spki", format: "der" });
  return { privateKey, record: `v=DKIM1; k=rsa; p=${der.toString("base64")}` };
}

export interface SigningOptions {
  readonly key: SigningKey;
  readonly domain: string;
  readonly selector: string;
  /** `h=`; from, to, subject and the report headers unless given. */
  readonly headers?: readonly string[];
  /** Further tags, such as `x=1700000000`. */
  readonly tags?: readonly string[];
  /** Of the signature; sha256 unless given. */
  readonly hash?: "sha256" | "sha1";
  /** How many bytes of the body are hashed: all unless given. */
  readonly bodyLength?: number;
}

const usual = ["from", "to", "subject", "tls-report-domain", "tls-report-submitter"];

/** Puts a DKIM-Signature above a message, whose lines end in CRLF. */
export function sign(message: string, options: SigningOptions): string {
  const { key, domain, selector, headers = usual, tags = [], hash = "sha256" } = options;
  const end = message.indexOf("\r\n\r\n");
  const lines = message.slice(0, end).split(/\r\n(?![ \t])/);
  const body = relaxedBody(message.slice(end + 4)).slice(0, options.bodyLength);
  const kind = key.privateKey.asymmetricKeyType === "ed25519" ? "ed25519" : "rsa";
  const bodyHash = crypto.createHash(hash).update(body, "latin1").digest("base64");
  const unsigned = `DKIM-Signature: ${[
    "v=1",
    `a=${kind}-${hash}`,
    "c=relaxed/relaxed",
    `d=${domain}`,
    `s=${selector}`,
    ...tags,
    `h=${headers.join(":")}`,
    `bh=${bodyHash}`,
    "b=",
  ].join(";\r\n ")}`;
  const covered = headers.flatMap((name) => {
    const line = lines.findLast((one) => one.toLowerCase().startsWith(`${name}:`));
    return line === undefined ? [] : [`${relaxedHeader(line)}\r\n`];
  });
  const data = Buffer.from(covered.join("") + relaxedHeader(unsigned), "latin1");
  const signature =
    kind === "rsa"
      ? crypto.sign(hash, data, key.privateKey)
      : crypto.sign(null, crypto.createHash("sha256").update(data).digest(), key.privateKey);
  return `${unsigned}${signature.toString("base64")}\r\n${message}`;
}

/** @see RFC 6376 §3.4.2 */
function relaxedHeader(line: string): string {
  const colon = line.indexOf(":");
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${line.slice(0, colon).trim().toLowerCase()}:${value}`;
}

/** @see RFC 6376 §3.4.4 */
function relaxedBody(body: string): string {
  const lines = body.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${line}\r\n`).join("");
}
