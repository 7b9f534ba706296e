/** The signatures of a mail, one by one: what each claims, and whether it holds. */
import {
  DkimVerifier,
  type HeaderLine,
  type Headers,
  type SignatureResult,
} from "mailauth/lib/dkim/dkim-verifier.js";
import tools from "mailauth/lib/tools.js";
import { readClaim, whyNoReport, whyUnfit, type Claim } from "./signature-claim.ts";
import type { Resolve } from "./verification.ts";

/** Shorter RSA keys can be factored. @see RFC 8301 §3.2 */
const minKeyBits = 1024;

/** Each costs a hash of the body and a DNS query; an honest mail has one or two. */
const maxSignatures = 4;

/** What was found out about one signature. */
export interface Checked {
  readonly claim: Claim;
  /** Why it does not count; null: it holds. */
  readonly flaw: string | null;
  /** Whether the flaw is only that the DNS did not answer. */
  readonly isUnknown: boolean;
}

/**
 * Checks the signatures of a mail, whose lines end in CRLF, for a submitter. Those that cannot count whatever
 * their cryptography says are neither hashed nor looked up, and come first.
 *
 * @throws Error where the mail cannot be parsed
 */
export async function checkSignatures(
  message: Uint8Array,
  submitter: string,
  resolve: Resolve,
  at: number,
): Promise<readonly Checked[]> {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const headers = tools.parseHeaders(headerOf(bytes)).parsed;
  const hasOneFrom = headers.filter(({ key }) => key === "from").length === 1;
  const unfit: Checked[] = [];
  const fit: { readonly claim: Claim; readonly signature: HeaderLine }[] = [];
  for (const signature of headers.filter(({ key }) => key === "dkim-signature")) {
    const claim = readClaim(signature.line);
    const flaw = hasOneFrom
      ? (whyUnfit(claim, submitter) ?? whyNoReport(claim, headers))
      : "the mail does not have exactly one From header";
    if (flaw !== null) unfit.push({ claim, flaw, isUnknown: false });
    else if (fit.length < maxSignatures) fit.push({ claim, signature });
  }
  const options = { resolver: resolve, minBitLength: minKeyBits, curTime: new Date(at * 1000) };
  const verified: Checked[] = [];
  for (const { claim, signature } of fit) {
    const result = await new SingleVerifier(options, signature).verify(bytes);
    const isUnknown = result?.status.result === "temperror";
    verified.push({ claim, flaw: flawOf(result), isUnknown });
  }
  return [...unfit, ...verified];
}

/** The header with the empty line that ends it; the whole mail where it has no body. */
function headerOf(bytes: Buffer): Buffer {
  const end = bytes.indexOf("\r\n\r\n");
  return end === -1 ? bytes : bytes.subarray(0, end + 4);
}

/**
 * Verifies one signature of a mail. mailauth has no option for that: it verifies every signature that it
 * finds in the headers, a stranger's too. `messageHeaders` is the method that its parser leaves to subclasses.
 */
class SingleVerifier extends DkimVerifier {
  readonly #signature: HeaderLine;

  constructor(options: ConstructorParameters<typeof DkimVerifier>[0], signature: HeaderLine) {
    super(options);
    this.#signature = signature;
  }

  override async messageHeaders(headers: Headers): Promise<void> {
    await super.messageHeaders({ parsed: [this.#signature] });
    // The headers that the signature covers are looked for in all of them.
    this.headers = headers;
  }

  async verify(message: Buffer): Promise<SignatureResult | undefined> {
    await new Promise<void>((done, fail) => {
      this.once("finish", done);
      this.once("error", fail);
      this.end(message);
    });
    return this.results[0];
  }
}

/** Says what is wrong with a signature; null: nothing. */
function flawOf(result: SignatureResult | undefined): string | null {
  // mailauth skips a canonicalization that it does not know, and mail without a body.
  if (result === undefined || result.status.result === "none") {
    return "its canonicalization is unknown, or the mail has no body";
  }
  const { status, rr } = result;
  if (status.result === "pass") return flawOfKey(rr ?? "");
  if (status.policy?.["dkim-rules"] === "weak-key") {
    return `the key is shorter than ${String(minKeyBits)} bits`;
  }
  return status.comment ?? status.result;
}

/**
 * What the key's record says of its use. RFC 8460 §3 defines a service type of its own, `tlsrpt`; keys for
 * all mail, which nearly everybody uses, are accepted as well.
 *
 * @see RFC 6376 §3.6.1
 */
function flawOfKey(record: string): string | null {
  const tags = new Map(
    record.split(";").map((tag) => {
      const [name = "", ...value] = tag.split("=");
      return [name.trim(), value.join("=").trim()];
    }),
  );
  const flags = (tags.get("t") ?? "").split(":");
  if (flags.includes("y")) return "the key is marked as a test";
  const services = (tags.get("s") ?? "*").split(":");
  return services.some((one) => ["*", "email", "tlsrpt"].includes(one))
    ? null
    : "the key is not for mail";
}
