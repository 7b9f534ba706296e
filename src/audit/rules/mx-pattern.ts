/** Whether the policy covers every MX host: one that it does not cover gets no mail in enforce. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { mxMatches } from "../../mta-sts/mx-pattern.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import type { Subject } from "../declared.ts";
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { livePolicies } from "../served-policy.ts";

/** Which policy is meant: the one that is served, or the one that the site declares. */
type Which = "live" | "declared";

const shownPatterns = 3;
const host = "mx2.example.net";

export const mxPattern = defineRule(
  {
    "mx-pattern/uncovered": prose<{ host: string; policy: Which; patterns: readonly string[] }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §4.1",
      reason:
        "Senders that honour an enforced policy do not deliver to an MX host that none of its patterns matches. In testing they deliver, and report it.",
      example: { host, policy: "live", patterns: ["mx1.example.com"] },
      message: (a) =>
        `no pattern of the ${a.policy} policy covers the MX host ${a.host}: ${theirs(a.patterns)}`,
      fix: (a) => `add \`${a.host}\` under \`mx:\`, or remove its MX record`,
    }),
    "mx-pattern/too-deep": prose<{ host: string; policy: Which; pattern: string }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §4.1",
      reason:
        "The `*` stands for exactly one label. Postfix with one of its resolvers accepts any number of labels, so such a policy seems to work until another sender reads it.",
      example: { host: "a.h-v1.mx.example", policy: "live", pattern: "*.mx.example" },
      message: (a) =>
        `the pattern ${quote(a.pattern)} of the ${a.policy} policy does not reach the MX host ${a.host}: \`*\` is one label`,
      fix: (a) =>
        `add \`${a.host}\` under \`mx:\`, or \`*.${a.host.slice(a.host.indexOf(".") + 1)}\``,
    }),
    "mx-pattern/unused": prose<{ patterns: readonly string[] }>({
      severity: "note",
      effect: "none",
      source: "RFC 8461 §8.3",
      reason:
        "A declared pattern that covers no MX host is needed while MX hosts move, before the new one is in the DNS and after the old one has left it. At other times it allows a host that nobody uses. Patterns of a profile are not counted.",
      example: { patterns: ["*.new.example.com"] },
      message: (a) =>
        a.patterns.length === 1
          ? `the declared pattern ${listed(a.patterns)} covers no MX host`
          : `these declared patterns cover no MX host: ${listed(a.patterns)}`,
      fix: () => "leave it while MX hosts are about to move; otherwise remove it from `mx:`",
    }),
  },
  (subject, add) => {
    const hosts = mxHostsOf(subject).map((one) => one.host);
    const policies = judgedPolicies(subject);
    for (const host of hosts) {
      const where = { kind: "mx", host, address: null } as const;
      const missed = policies.find(({ policy: { mx } }) => !mx.some((one) => mxMatches(one, host)));
      if (missed === undefined) continue;
      const { which, policy } = missed;
      const pattern = policy.mx.find((one) => isAbove(one, host));
      if (pattern !== undefined) {
        add("mx-pattern/too-deep", { host, policy: which, pattern }, where);
      } else {
        add("mx-pattern/uncovered", { host, policy: which, patterns: policy.mx }, where);
      }
    }
    const { declared } = subject;
    if (declared === null || hosts.length === 0) return;
    const patterns = [...new Set(declared.policy?.mx)].filter(
      (one) => !declared.profilePatterns.has(one) && !hosts.some((host) => mxMatches(one, host)),
    );
    if (patterns.length > 0) add("mx-pattern/unused", { patterns }, { kind: "domain" });
  },
);

/** The live policies, then the declared one; a policy of mode `none` without patterns covers nothing on purpose. */
function judgedPolicies({
  declared,
  evidence,
}: Subject): readonly { readonly which: Which; readonly policy: Policy }[] {
  const live = livePolicies(evidence.policyHost).map(
    ({ policy }) => ({ which: "live", policy }) as const,
  );
  const own =
    declared?.policy == null ? [] : [{ which: "declared", policy: declared.policy } as const];
  return [...live, ...own].filter(({ policy }) => policy.mode !== "none" || policy.mx.length > 0);
}

/** Tells whether a wildcard's domain is above the host, though not right above it. */
function isAbove(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") && host.toLowerCase().endsWith(pattern.slice(1).toLowerCase());
}

function theirs(patterns: readonly string[]): string {
  if (patterns.length === 0) return "it has none";
  return patterns.length === 1
    ? `its only one is ${listed(patterns)}`
    : `it has ${listed(patterns)}`;
}

function listed(patterns: readonly string[]): string {
  const shown = patterns.slice(0, shownPatterns).map(quote).join(", ");
  const more = patterns.length - shownPatterns;
  return more > 0 ? `${shown} and ${String(more)} more` : shown;
}
