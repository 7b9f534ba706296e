/**
 * Whether a report by mail comes from the reporter that it names: DKIM, with the rules that RFC 8460 adds.
 * mailauth does the cryptography; what counts as verified is decided here and in dkim-check.ts.
 */
import type { Checked } from "./dkim-check.ts";
import { readSignedLines } from "./signed-lines.ts";
import type { Resolve, Verification } from "./verification.ts";

/**
 * Verifies that a mail was signed by the reporter. `submitter` is the domain that the mail gives as its
 * reporter: `TLS-Report-Submitter`, else that of From. `at` is when our own server received it, in Unix
 * seconds: later a signature may have expired, and it still was valid.
 *
 * `verified` takes one signature for which all of this holds: its domain (`d=`) and the submitter have
 * the same organisational domain by the public suffix list; it covers the one From header, and one that says
 * that the mail is a report (Subject, Content-Type, `TLS-Report-Domain` or `-Submitter`); it has no
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
  if (submitter === null) return failed("the mail does not name its reporter");
  try {
    // Large, and needed for signed mail only.
    const { checkSignatures } = await import("./dkim-check.ts");
    const whole = lines.hasBareLf ? withCrlf(message) : message;
    return judge(await checkSignatures(whole, submitter, resolve, at));
  } catch (error) {
    return failed(`the signature cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
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
    signer: hostNameOf(worst?.claim.domain),
    detail: (worst?.flaw ?? "no signature can be read").slice(0, maxDetail),
  };
}

const maxDetail = 200;

/** An invalid signature may name anything as its domain, at any length. */
function hostNameOf(domain: string | undefined): string | null {
  const isName = domain !== undefined && domain.length <= 253 && /^[A-Za-z0-9._-]+$/.test(domain);
  return isName ? domain : null;
}

function withCrlf(message: Uint8Array): Buffer {
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return Buffer.from(text.toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
}

function failed(detail: string): Verification {
  return { verdict: "failed", signer: null, detail: detail.slice(0, maxDetail) };
}
