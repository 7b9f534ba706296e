/** Whether the policy covers every MX host: one that it does not cover gets no mail in enforce. */
import { quote } from "../../diagnostics/catalogue/quote.ts";
import { mxMatches } from "../../mta-sts/mx-pattern.ts";
import type { Policy } from "../../mta-sts/policy.ts";
import type { Subject } from "../subject.ts";
import { prose } from "../finding.ts";
import { mxHostsOf } from "../mx-hosts.ts";
import { defineRule } from "../rule.ts";
import { servedPolicies } from "../served-policy.ts";
import { listQuoted } from "../wording.ts";

/** The policy that is served, or the one that the site declares. */
type Which = "live" | "declared";

const host = "mx2.example.net";

export const mxPattern = defineRule(
  {
    "mx-pattern/uncovered": prose<{ host: string; policy: Which; patterns: readonly string[] }>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §4.1",
      reason:
        "Senders that honour an enforced policy do not deliver to an MX host that no pattern covers. In testing they deliver, and report it.",
      example: { host, policy: "live", patterns: ["mx1.example.com"] },
      message: (a) =>
        `the ${a.policy} policy does not cover the MX host ${a.host}: ${patternsText(a.patterns)}`,
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
        `the pattern ${quote(a.pattern)} of the ${a.policy} policy does not cover the MX host ${a.host}: \`*\` is one label only`,
      fix: (a) =>
        `add \`${a.host}\` under \`mx:\`, or \`*.${a.host.slice(a.host.indexOf(".") + 1)}\``,
    }),
    "mx-pattern/unused": prose<{ patterns: readonly string[] }>({
      severity: "note",
      effect: "none",
      source: "RFC 8461 §8.3",
      reason:
        "A declared pattern that covers no MX host is needed while you move MX hosts: before the new host is in the DNS, and after the old one has left it. At other times it allows a host that nobody uses. Patterns of a profile are not counted.",
      example: { patterns: ["*.new.example.com"] },
      message: (a) =>
        a.patterns.length === 1
          ? `the declared pattern ${listQuoted(a.patterns)} covers no MX host`
          : `these declared patterns cover no MX host: ${listQuoted(a.patterns)}`,
      fix: () => "keep it while you move MX hosts; otherwise remove it from `mx:`",
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

/** The live policies, then the declared one, without those of mode `none` that have no patterns on purpose. */
function judgedPolicies({
  declared,
  evidence,
}: Subject): readonly { readonly which: Which; readonly policy: Policy }[] {
  const live = servedPolicies(evidence.policyHost).map(
    ({ policy }) => ({ which: "live", policy }) as const,
  );
  const own =
    declared?.policy == null ? [] : [{ which: "declared", policy: declared.policy } as const];
  return [...live, ...own].filter(({ policy }) => policy.mode !== "none" || policy.mx.length > 0);
}

/** Whether a pattern would cover the host if its `*` stood for several labels. */
function isAbove(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") && host.toLowerCase().endsWith(pattern.slice(1).toLowerCase());
}

function patternsText(patterns: readonly string[]): string {
  if (patterns.length === 0) return "it has no pattern";
  return patterns.length === 1
    ? `its only pattern is ${listQuoted(patterns)}`
    : `its patterns are ${listQuoted(patterns)}`;
}
