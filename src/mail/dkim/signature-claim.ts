/** What a DKIM-Signature header claims, and whether it is worth verifying for a report. */
import parseDkimHeaders from "mailauth/lib/parse-dkim-headers.js";
import { organizationalDomain } from "./organizational-domain.ts";

/** The tags that matter. All of it may be hostile; domains are in lower case. */
export interface Claim {
  readonly version: string;
  readonly algorithm: string;
  /** `d=` */
  readonly domain: string;
  /** `s=` */
  readonly selector: string;
  /** The domain of `i=`; that of `d=` where there is none. */
  readonly identityDomain: string;
  /** `h=`, in lower case. */
  readonly headers: readonly string[];
  readonly hasBodyLength: boolean;
}

/** Reads the header line. */
export function readClaim(line: Uint8Array): Claim {
  const { parsed } = parseDkimHeaders(line);
  const tag = (name: string): string => String(parsed[name]?.value ?? "");
  const domain = tag("d").toLowerCase();
  const identity = tag("i").toLowerCase();
  return {
    version: tag("v"),
    algorithm: tag("a").toLowerCase(),
    domain,
    selector: tag("s"),
    identityDomain: identity === "" ? domain : identity.slice(identity.lastIndexOf("@") + 1),
    headers: tag("h")
      .split(":")
      .map((name) => name.trim().toLowerCase()),
    hasBodyLength: parsed["l"] !== undefined,
  };
}

/** A header line of a mail. */
interface HeaderLine {
  /** In lower case; null: it has no name. */
  readonly key: string | null;
  readonly line: Uint8Array;
}

/** What marks a mail as a report, by header. @see RFC 8460 §5.3 */
const marks: Readonly<Record<string, RegExp>> = {
  subject: /^report domain:/i,
  "content-type": /^multipart\/report\b[^]*report-type\s*=\s*"?tlsrpt\b/i,
  "tls-report-domain": /./,
  "tls-report-submitter": /./,
};

/**
 * Says why a valid signature would not make the mail a report: it must cover a header that marks the mail as
 * one. Otherwise anybody could add such headers above a signed mail about something else. Null: it covers one.
 */
export function whyNoReport(claim: Claim, headers: readonly HeaderLine[]): string | null {
  const isMarked = Object.entries(marks).some(([name, mark]) => {
    const [only, ...others] = headers.filter(({ key }) => key === name);
    return (
      claim.headers.includes(name) &&
      only !== undefined &&
      others.length === 0 &&
      mark.test(valueOf(only))
    );
  });
  return isMarked ? null : "it does not cover a header that marks the mail as a report";
}

function valueOf({ line }: HeaderLine): string {
  const text = Buffer.from(line).toString("latin1");
  return text
    .slice(text.indexOf(":") + 1)
    .replace(/\s+/g, " ")
    .trim();
}

/** A name that can be looked up in the DNS. */
const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i;

/** Says why a signature cannot prove a report of `submitter`, even if it is valid; null: it can. */
export function whyUnfit(claim: Claim, submitter: string): string | null {
  const { domain, selector, identityDomain } = claim;
  if (!hostName.test(domain) || !hostName.test(selector)) return "it does not name a key";
  if (organizationalDomain(submitter) !== organizationalDomain(domain)) {
    return `signed by ${domain}, not by the reporter ${submitter}`;
  }
  if (claim.version !== "1") return "its version is not 1";
  if (claim.algorithm !== "rsa-sha256" && claim.algorithm !== "ed25519-sha256") {
    return `its algorithm is ${claim.algorithm}`;
  }
  if (claim.hasBodyLength) return "it covers only part of the body (l=)";
  if (!claim.headers.includes("from")) return "it does not cover the From header";
  if (identityDomain !== domain && !identityDomain.endsWith(`.${domain}`)) {
    return `its identity is in ${identityDomain}, not in ${domain}`;
  }
  return null;
}
