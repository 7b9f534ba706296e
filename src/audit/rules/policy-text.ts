/** The text of the policy, read as strictly as the grammar requires. */
import { severityOf } from "../../diagnostics/catalogue.ts";
import type { DiagnosticCode, Problem } from "../../diagnostics/diagnostic.ts";
import { isShortLived } from "../../mta-sts/max-age.ts";
import { expectsPolicy } from "../expects-policy.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import {
  exampleProblem,
  firstProblem,
  firstProblemText,
  type FirstProblem,
} from "../first-problem.ts";
import { servedBodies } from "../served-policy.ts";

interface Text extends FirstProblem {
  readonly host: string;
  readonly line: number;
}

const host = "mta-sts.example.com";

export const policyText = defineRule(
  {
    "policy-text/invalid": prose<Text>({
      severity: "error",
      effect: "no",
      source: "RFC 8461 §3.2",
      reason:
        "A sender that follows the grammar rejects such a text; others guess. The problem is one of the [diagnostics](diagnostics.md): the same parser reads the site's own texts.",
      example: { host, line: 4, ...exampleProblem("policy/missing-mx", { mode: "enforce" }) },
      message: (a) =>
        `${a.host} does not serve a valid policy: line ${String(a.line)}: ${firstProblemText(a)}`,
      fix: (a) => a.fix ?? "deploy what `stspress build` wrote to dist/",
    }),
    "policy-text/loose": prose<Text>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §3.2",
      reason: "The policy is valid, but senders read it differently.",
      example: { host, line: 5, ...exampleProblem("policy/duplicate-field", { field: "mode" }) },
      message: (a) =>
        `senders read the policy of ${a.host} in different ways: line ${String(a.line)}: ${firstProblemText(a)}`,
      fix: (a) => a.fix ?? "deploy what `stspress build` wrote to dist/",
    }),
    "policy-text/max-age-short": prose<{ host: string; seconds: number }>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §3.2",
      reason:
        "A policy protects only senders that hold it. One that they forget within a day is usually gone before the next mail, so an attacker who blocks the policy host gets that mail unprotected; with 0 that is so for every mail. No mail is lost by it, so the verdict stays. `mode: none` protects nothing, so its max_age does not matter.",
      example: { host, seconds: 600 },
      message: (a) =>
        a.seconds === 0
          ? `the policy of ${a.host} has a max_age of 0: senders may keep nothing, so it protects no mail`
          : `the policy of ${a.host} has a max_age of ${String(a.seconds)} seconds, less than a day: senders forget it between two mails`,
      fix: () => "raise max_age to at least 86400, a day; for enforce, to several weeks",
    }),
  },
  (subject, add) => {
    if (!expectsPolicy(subject)) return;
    const { policyHost } = subject.evidence;
    const { host } = policyHost;
    for (const { address, text, parsed } of servedBodies(policyHost)) {
      const where = { kind: "policy-host", host, address } as const;
      if (parsed.ok && isShortLived(parsed.value)) {
        add("policy-text/max-age-short", { host, seconds: parsed.value.maxAgeSeconds }, where);
      }
      const problems = parsed.ok
        ? parsed.warnings.filter(isLoose)
        : parsed.problems.filter(({ code }) => severityOf(code) === "error");
      const first = firstProblem(problems);
      if (first === null) continue;
      const line = lineAt(text, problems[0]?.offset ?? 0);
      const code = parsed.ok ? "policy-text/loose" : "policy-text/invalid";
      add(code, { host, line, ...first }, where);
    }
  },
);

/** Without what only some senders reject, which sender-quirk.ts reports, and what all read alike. */
function isLoose({ code }: Problem): boolean {
  const others: readonly DiagnosticCode[] = ["policy/blank-line", "policy/max-age-short"];
  return severityOf(code) === "warning" && !others.includes(code);
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}
