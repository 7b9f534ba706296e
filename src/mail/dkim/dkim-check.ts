/** The signatures of a mail, one by one: what each claims, and whether it holds. */
import { DkimVerifier, type SignatureResult } from "mailauth/lib/dkim/dkim-verifier.js";
import { readClaim, whyNoReport, whyUnfit, type Claim } from "./signature-claim.ts";
import type { Resolve } from "./verification.ts";

/** Shorter RSA keys can be factored. @see RFC 8301 §3.2 */
const minKeyBits = 1024;

/** Each costs a hash of the body and a DNS question; an honest mail has one or two. */
const maxSignatures = 4;

/** What was found out about one signature. */
export interface Checked {
  readonly claim: Claim;
  /** Why it does not count; null: it holds. */
  readonly flaw: string | null;
  /** Whether the flaw is only that the DNS did not answer. */
  readonly isUnknown: boolean;
}

/** Checks the signatures of a mail, whose lines end in CRLF, for a submitter. @throws Error where it cannot be parsed */
export async function checkSignatures(
  message: Uint8Array,
  submitter: string,
  resolve: Resolve,
  at: number,
): Promise<readonly Checked[]> {
  const curTime = new Date(at * 1000);
  const verifier = new DkimVerifier({ resolver: resolve, minBitLength: minKeyBits, curTime });
  const checked: Checked[] = [];
  const fit = new Map<Buffer, Claim>();
  const takeHeaders = verifier.messageHeaders.bind(verifier);
  verifier.messageHeaders = async (headers) => {
    const froms = headers.parsed.filter(({ key }) => key === "from").length;
    const signatures = headers.parsed.filter(({ key }) => key === "dkim-signature");
    for (const { line } of signatures) {
      const claim = readClaim(line);
      const flaw =
        froms === 1
          ? (whyUnfit(claim, submitter) ?? whyNoReport(claim, headers.parsed))
          : "the mail has not one From header";
      if (flaw !== null) checked.push({ claim, flaw, isUnknown: false });
      else if (fit.size < maxSignatures) fit.set(line, claim);
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

/** Says what is wrong with a signature that mailauth looked at; null: nothing. */
function flawOf({ status, rr }: SignatureResult): string | null {
  if (status.result === "pass") return flawOfKey(rr ?? "");
  if (status.policy?.["dkim-rules"] === "weak-key") {
    return `the key is shorter than ${String(minKeyBits)} bits`;
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
