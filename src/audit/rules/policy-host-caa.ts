/** Whether CAA records prevent certificate authorities from issuing for the policy host (RFC 8659). */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import type { TargetName } from "../../config/site-config.ts";
import { expectsPolicy } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { listNames, listQuoted } from "../wording.ts";
import type { CaaData } from "../../net/dns/dns-evidence.ts";

/** Registered property tags; a CA refuses to issue if it does not know a critical one. */
const knownTags = [
  ...["issue", "issuewild", "iodef", "issuemail", "issuevmc"],
  ...["contactemail", "contactphone"],
];

/**
 * The CAs that a target gets certificates from, by their names in CAA records; none: the operator chooses. The
 * platforms' lists are from their documentation; Caddy's are its default issuers, Let's Encrypt and ZeroSSL
 * (which is Sectigo's).
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
        "No certificate authority may issue a certificate for the policy host while these records exist. The current certificate may still be valid, but it cannot be renewed, and when it expires senders reject the policy.",
      example: { host: "mta-sts.example.com", owner: "example.com", critical: null },
      message: (a) =>
        a.critical === null
          ? `the CAA records at ${a.owner} allow no certificate authority to issue for ${a.host}`
          : `the CAA records at ${a.owner} have the critical tag ${quote(a.critical)}, which no certificate authority knows, so none may issue for ${a.host}`,
      fix: (a) =>
        a.critical === null
          ? `add a CAA record at ${a.host} that allows your certificate authority, such as \`0 issue "letsencrypt.org"\``
          : "remove that record, or set its flags to 0",
    }),
    "policy-host/caa-target": prose<{
      host: string;
      owner: string;
      target: string;
      allowed: readonly string[];
      needed: readonly string[];
    }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8659 §4.2",
      reason:
        "The declared target gets its certificates from authorities that the CAA records do not allow, so it cannot get or renew one for the policy host.",
      example: {
        host: "mta-sts.example.com",
        owner: "example.com",
        target: "github-pages",
        allowed: ["digicert.com"],
        needed: ["letsencrypt.org"],
      },
      message: (a) =>
        `the CAA records at ${a.owner} allow only ${listQuoted(a.allowed)} to issue for ${a.host}, but ${a.target} gets its certificates from ${listNames(a.needed, 5)}`,
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
    const allowed = [...new Set(issuers)].filter((issuer) => issuer !== "");
    if (allowed.length === 0) {
      add("policy-host/caa-forbids", { host, owner, critical: null }, where);
      return;
    }
    const target = subject.declared?.target;
    const needed = target === undefined ? [] : targetCas[target];
    if (target === undefined || needed.length === 0) return;
    if (allowed.some((issuer) => needed.includes(issuer))) return;
    add("policy-host/caa-target", { host, owner, target, allowed, needed }, where);
  },
);

/** The issuer domain of every `issue` property, "" if it names none; null: issuing is not restricted. */
function issuersOf(records: readonly CaaData[]): readonly string[] | null {
  const issue = records.filter(({ tag }) => tag.toLowerCase() === "issue");
  if (issue.length === 0) return null;
  return issue.map(({ value }) => {
    const semicolon = value.indexOf(";");
    const issuer = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
    // Anything that is not a domain name allows no CA (RFC 8659 §4.2).
    return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(issuer) ? issuer : "";
  });
}
