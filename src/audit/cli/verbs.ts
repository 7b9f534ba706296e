/** The verb `audit`: how it is called, documented and loaded. */
import { concurrency, probeOptions, told, type VerbSpec } from "../../cli/verb-spec.ts";

export const audit: VerbSpec = {
  name: "audit",
  operands: "[domain...]",
  summary: "check domains from outside: is the policy live, and is it safe to enforce",
  about:
    "Looks at DNS, the policy host and every MX host as a sender would, compares with what is declared and built, and says per domain whether an enforced policy is safe. Without a domain, every declared one; a domain that is not declared can be audited too. Where port 25 is blocked the answer is unknown, and the exit code 3.",
  options: [
    ...probeOptions,
    concurrency,
    {
      flags: "--record",
      about:
        "write into stspress.lock which builds were seen live, as `stspress live` does, and the verdicts into stspress.evidence, which `build` reads",
    },
    { flags: "--save <file>", about: "write what was observed, to be judged again" },
    { flags: "--evidence <file>", about: "judge what was saved; look at nothing" },
    { flags: "--jsonl", about: "print one line of JSON per domain, as each is done" },
    ...told,
  ],
  examples: [
    "stspress audit example.com",
    "stspress audit --record --format github",
    "stspress audit --save evidence.json && stspress audit --evidence evidence.json",
  ],
  load: () => import("./audit.ts"),
};
