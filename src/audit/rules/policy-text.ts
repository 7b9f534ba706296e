/** The text of the policy, read as strictly as the grammar is. */
import { severityOf } from "../../diagnostics/catalogue.ts";
import type { Problem } from "../../diagnostics/diagnostic.ts";
import { expectsPolicy } from "../expectation.ts";
import { prose } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { firstProblemText, firstProblem, type FirstProblem } from "../first-problem.ts";
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
        "A sender that follows the grammar rejects such a text; others guess. The problem is one of the diagnostics: the same parser reads the site's own texts.",
      example: {
        host,
        line: 4,
        problem: "policy/missing-mx",
        said: "mode enforce needs at least one `mx`",
        advice: "add a line `mx: <host name>` for every MX record of the domain",
        more: 0,
      },
      message: (a) =>
        `what ${a.host} serves is no policy: line ${String(a.line)}: ${firstProblemText(a)}`,
      fix: (a) => a.advice ?? "deploy what `stspress build` wrote to dist/",
    }),
    "policy-text/loose": prose<Text>({
      severity: "warning",
      effect: "none",
      source: "RFC 8461 §3.2",
      reason: "The policy counts, but not every sender reads it alike.",
      example: {
        host,
        line: 5,
        problem: "policy/duplicate-field",
        said: '"mode" appears twice; most senders use the first, some the last, some neither',
        advice: "keep one line",
        more: 0,
      },
      message: (a) =>
        `the policy of ${a.host} is read in more than one way: line ${String(a.line)}: ${firstProblemText(a)}`,
      fix: (a) => a.advice ?? "deploy what `stspress build` wrote to dist/",
    }),
  },
  (subject, add) => {
    if (!expectsPolicy(subject)) return;
    const { policyHost } = subject.evidence;
    const { host } = policyHost;
    for (const { address, text, parsed } of servedBodies(policyHost)) {
      const where = { kind: "policy-host", host, address } as const;
      const problems = parsed.ok
        ? parsed.warnings.filter(isLoose)
        : parsed.problems.filter(({ code }) => severityOf(code) === "error");
      const said = firstProblem(problems);
      if (said === null) continue;
      const line = lineAt(text, problems[0]?.offset ?? 0);
      const code = parsed.ok ? "policy-text/loose" : "policy-text/invalid";
      add(code, { host, line, ...said }, where);
    }
  },
);

/** What only some senders mind is told by them: see sender-quirk. */
function isLoose({ code }: Problem): boolean {
  return severityOf(code) === "warning" && code !== "policy/blank-line";
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}
