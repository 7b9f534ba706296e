/**
 * Whether a report by mail comes from whom it says: DKIM, with the rules that RFC 8460 adds. The
 * cryptography is mailauth's; which signatures are worth a look is decided here.
 */
import type { SignatureResult } from "mailauth/lib/dkim/dkim-verifier.js";
import type { Verification } from "../../reports/report.ts";
import { readSignedLines } from "./signed-lines.ts";
import type { Claim } from "./signature-claim.ts";

/** Looks records up: each a list of its strings; rejects with a `code`, `ENOTFOUND` or `ENODATA` where there is none. */
export type Resolve = (name: string, type: string) => Promise<string[][]>;

/** Shorter RSA keys can be factored. @see RFC 8301 §3.2 */
const leastKeyBits = 1024;

/** Each costs a hash of the body and a DNS question; an honest mail has one or two. */
const mostSignatures = 4;

/**
 * Verifies that a mail was signed by the reporter. `submitter` is the domain that the mail gives as its
 * reporter: `TLS-Report-Submitter`, else that of From. `at` is when our own server received it, in Unix
 * seconds: later a signature may have expired, and it still was valid.
 *
 * `verified` takes one signature for which all of this holds: its domain (`d=`) and the submitter have
 * the same organisational domain by the public suffix list; it covers the one From header; it has no
 * `l=`, with which anybody could append to the body; it is SHA-256 with an RSA key of 1024 bits or
 * more, or Ed25519; it has not expired; the key is not a test (`t=y`), and serves mail or TLS-RPT
 * (`s=`). Where the DNS does not answer, it is `not-checked`, never `verified`. Only names below the
 * submitter's own domain are asked for. Never rejects.
 *
 * @see RFC 8460 §3, RFC 6376 §6.1
 */
export async function verifyReporter(
  message: Uint8Array,
  submitter: string | null,
  resolve: Resolve,
  at: number,
): Promise<Verification> {
  const lines = readSignedLines(message);
  if (lines === null) return failed("the mail has too many lines to be checked");
  if (!lines.hasSignature)
    return { verdict: "unsigned", signer: null, detail: "no DKIM signature" };
  if (submitter === null) return failed("the mail does not say who reports");
  try {
    return judge(
      await check(lines.hasBareLf ? withCrlf(message) : message, submitter, resolve, at),
    );
  } catch (error) {
    return failed(`the signature cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
}

/** What was found out about one signature. */
interface Checked {
  readonly claim: Claim;
  /** Why it does not count; null: it holds. */
  readonly flaw: string | null;
  /** Whether the flaw is only that the DNS did not answer. */
  readonly isUnknown: boolean;
}

async function check(
  message: Uint8Array,
  submitter: string,
  resolve: Resolve,
  at: number,
): Promise<readonly Checked[]> {
  // Large, and only signed mail needs it.
  const { DkimVerifier } = await import("mailauth/lib/dkim/dkim-verifier.js");
  const { readClaim, whyUnfit } = await import("./signature-claim.ts");
  const curTime = new Date(at * 1000);
  const verifier = new DkimVerifier({ resolver: resolve, minBitLength: leastKeyBits, curTime });
  const checked: Checked[] = [];
  const fit = new Map<Buffer, Claim>();
  const takeHeaders = verifier.messageHeaders.bind(verifier);
  verifier.messageHeaders = async (headers) => {
    const froms = headers.parsed.filter(({ key }) => key === "from").length;
    const signatures = headers.parsed.filter(({ key }) => key === "dkim-signature");
    for (const { line } of signatures) {
      const claim = readClaim(line);
      const flaw = froms === 1 ? whyUnfit(claim, submitter) : "the mail has not one From header";
      if (flaw !== null) checked.push({ claim, flaw, isUnknown: false });
      else if (fit.size < mostSignatures) fit.set(line, claim);
    }
    // Shown only these, it hashes and asks for nothing else; what they cover it finds in all headers.
    await takeHeaders({ parsed: signatures.filter(({ line }) => fit.has(line)) });
    verifier.headers = headers;
  };
  await new Promise<void>((done, fail) => {
    verifier.once("finish", done);
    verifier.once("error", fail);
    verifier.end(message);
  });
  // Of what it skips, which is what it cannot read, there is no result.
  const known = verifier.signatureHeaders.filter(({ skip }) => skip !== true);
  for (const [index, { original }] of known.entries()) {
    const claim = fit.get(original);
    const result = verifier.results[index];
    if (claim === undefined || result === undefined) continue;
    fit.delete(original);
    const isUnknown = result.status.result === "temperror";
    checked.push({ claim, flaw: flawOf(result), isUnknown });
  }
  for (const claim of fit.values()) {
    checked.push({ claim, flaw: "its canonicalization is unknown", isUnknown: false });
  }
  return checked;
}

function judge(checked: readonly Checked[]): Verification {
  const holds = checked.find(({ flaw }) => flaw === null);
  if (holds !== undefined) {
    const { domain, selector } = holds.claim;
    return { verdict: "verified", signer: domain, detail: `key ${selector}` };
  }
  const unknown = checked.find(({ isUnknown }) => isUnknown);
  const worst = unknown ?? checked.at(-1);
  return {
    verdict: unknown === undefined ? "failed" : "not-checked",
    signer: worst?.claim.domain ?? null,
    detail: (worst?.flaw ?? "no signature can be read").slice(0, mostDetail),
  };
}

const mostDetail = 200;

/** Says what is wrong with a signature that mailauth looked at; null: nothing. */
function flawOf({ status, rr }: SignatureResult): string | null {
  if (status.result === "pass") return rr === undefined ? null : flawOfKey(rr);
  if (status.policy?.["dkim-rules"] === "weak-key") {
    return `the key is shorter than ${String(leastKeyBits)} bits`;
  }
  return status.comment ?? status.result;
}

/**
 * What the key's record says of its use. RFC 8460 §3 has a service type of its own, `tlsrpt`; keys for
 * all mail, which is what everybody has, serve as well.
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

function withCrlf(message: Uint8Array): Buffer {
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return Buffer.from(text.toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
}

function failed(detail: string): Verification {
  return { verdict: "failed", signer: null, detail: detail.slice(0, mostDetail) };
}
