/** Whether CAA records keep a certificate authority from issuing for the policy host (RFC 8659). */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { TargetName } from "../../config/site-config.ts";
import { expectsPolicy } from "../expectation.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import type { CaaData } from "../../net/dns/dns-evidence.ts";

/** Property tags that are registered; a CA refuses on a critical one that it does not know. */
const knownTags = [
  ...["issue", "issuewild", "iodef", "issuemail", "issuevmc"],
  ...["contactemail", "contactphone"],
];

/**
 * The CAs that a target issues from, as they name themselves in CAA records; none: the operator
 * chooses. The platforms' lists are their own documentation's; Caddy's are its default issuers, Let's
 * Encrypt and ZeroSSL, which is Sectigo's.
 */
const targetCas: Readonly<Record<TargetName, readonly string[]>> = {
  caddy: ["letsencrypt.org", "sectigo.com"],
  nginx: [],
  cloudflare: ["letsencrypt.org", "pki.goog", "ssl.com", "sectigo.com", "digicert.com"],
  "github-pages": ["letsencrypt.org"],
};

export const policyHostCaa = defineRule(
  {
    "policy-host/caa-forbids": prose<{ host: string; owner: string; critical: string | null }>({
      severity: "error",
      effect: "none",
      source: "RFC 8659 §4.2",
      reason:
        "No certificate authority may issue for the policy host as long as these records stand. The certificate that is served may still be good; it cannot be renewed, and when it expires senders refuse the policy.",
      example: { host: "mta-sts.example.com", owner: "example.com", critical: null },
      message: (a) =>
        a.critical === null
          ? `the CAA records at ${a.owner} forbid every certificate authority to issue for ${a.host}`
          : `the CAA records at ${a.owner} have the critical tag ${quote(a.critical)}, which no certificate authority knows, so none may issue for ${a.host}`,
      fix: (a) =>
        a.critical === null
          ? `add a CAA record at ${a.host} that admits the authority you use, such as \`0 issue "letsencrypt.org"\``
          : "remove that record, or set its flag to 0",
    }),
    "policy-host/caa-target": prose<{
      host: string;
      owner: string;
      target: string;
      admitted: readonly string[];
      needed: readonly string[];
    }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8659 §4.2",
      reason:
        "The declared target takes its certificates from authorities that the CAA records do not admit, so that it cannot get or renew one for the policy host.",
      example: {
        host: "mta-sts.example.com",
        owner: "example.com",
        target: "github-pages",
        admitted: ["digicert.com"],
        needed: ["letsencrypt.org"],
      },
      message: (a) =>
        `the CAA records at ${a.owner} admit ${a.admitted.slice(0, 3).map(quote).join(", ")} for ${a.host}; ${a.target} gets its certificates from ${a.needed.join(", ")}`,
      fix: (a) =>
        `add CAA records at ${a.host}: ${a.needed.map((ca) => `\`0 issue "${ca}"\``).join(", ")}`,
    }),
  },
  (subject, add) => {
    const { policyHost } = subject.evidence;
    const { host, caa } = policyHost;
    if (caa.status !== "found" || !expectsPolicy(subject)) return;
    const owner = caa.name;
    const where = { kind: "policy-host", host, address: null } as const;
    const critical = caa.records.find(
      (one) => one.critical && !knownTags.includes(one.tag.toLowerCase()),
    );
    if (critical !== undefined) {
      add("policy-host/caa-forbids", { host, owner, critical: critical.tag }, where);
      return;
    }
    const issuers = issuersOf(caa.records);
    if (issuers === null) return;
    const admitted = [...new Set(issuers)].filter((issuer) => issuer !== "");
    if (admitted.length === 0) {
      add("policy-host/caa-forbids", { host, owner, critical: null }, where);
      return;
    }
    const target = subject.declared?.target;
    const needed = target === undefined ? [] : targetCas[target];
    if (target === undefined || needed.length === 0) return;
    if (admitted.some((issuer) => needed.includes(issuer))) return;
    add("policy-host/caa-target", { host, owner, target, admitted, needed }, where);
  },
);

/** The issuer domain of every `issue` property, "" where it names none; null: issuing is not restricted. */
function issuersOf(records: readonly CaaData[]): readonly string[] | null {
  const issue = records.filter(({ tag }) => tag.toLowerCase() === "issue");
  if (issue.length === 0) return null;
  return issue.map(({ value }) => {
    const semicolon = value.indexOf(";");
    const issuer = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
    // What is no domain name admits nobody (RFC 8659 §4.2).
    return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(issuer) ? issuer : "";
  });
}
