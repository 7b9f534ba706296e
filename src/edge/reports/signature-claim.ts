/** What a DKIM-Signature header claims, and whether it is worth verifying for a report. */
import parseDkimHeaders from "mailauth/lib/parse-dkim-headers.js";
import tools from "mailauth/lib/tools.js";

/** The tags that decide. All of it may be hostile; domains are in lower case. */
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

/** A name that can be asked for in the DNS. */
const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i;

/** Says why a signature cannot vouch for a report of `submitter`, whatever its cryptography says; null: it can. */
export function whyUnfit(claim: Claim, submitter: string): string | null {
  const { domain, selector, identityDomain } = claim;
  if (!hostName.test(domain) || !hostName.test(selector)) return "it names no key";
  if (tools.getAlignment(submitter, [domain]) === false) {
    return `signed by ${domain}, not by the reporter ${submitter}`;
  }
  if (claim.version !== "1") return "its version is not 1";
  if (claim.algorithm !== "rsa-sha256" && claim.algorithm !== "ed25519-sha256") {
    return `its algorithm is ${claim.algorithm}`;
  }
  if (claim.hasBodyLength) return "it covers only a part of the body (l=)";
  if (!claim.headers.includes("from")) return "it does not cover the From header";
  if (identityDomain !== domain && !identityDomain.endsWith(`.${domain}`)) {
    return `its identity is in ${identityDomain}, not in ${domain}`;
  }
  return null;
}
