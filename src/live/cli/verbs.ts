/** The verb that looks whether what was built is live. */
import { lookOptions, told, type VerbSpec } from "../../cli/verb-spec.ts";

export const live: VerbSpec = {
  name: "live",
  operands: "[domain...]",
  summary: "look whether what was built is live, and record it in the lock",
  about:
    "Asks every address of the policy host for the policy, and every name server for the id; records what it saw, and says what is missing. Run it after you deploy, and again after you publish the DNS records: then the days of testing count, and the hold of the previous policy has an end. Only the first recording counts. Exit code 1 means that something is missing.",
  options: [
    { flags: "--pending", about: "every domain of which something is not recorded as live" },
    { flags: "--all", about: "every domain of the lock" },
    { flags: "--no-check", about: "do not look: record that it is live because you say so" },
    {
      flags: "--at <time>",
      about: "with --no-check: when it went live, such as 2026-11-24T09:30:00Z (default: now)",
    },
    {
      flags: "--served <time>",
      about: "with --no-check: from when the policy is served; says nothing of the announcement",
    },
    {
      flags: "--announced <time>",
      about: "with --no-check: from when the id is announced; says nothing of the policy",
    },
    {
      flags: "--policy-first",
      about:
        "say that the policy was served before its id was announced, where one look saw both at once",
    },
    { flags: "--concurrency <number>", about: "domains at once (default: 10)" },
    ...lookOptions,
    { flags: "--dns-port <port>", about: "for tests: where name servers listen (default: 53)" },
    ...told,
  ],
  examples: [
    "stspress live --pending",
    "stspress live example.com",
    "stspress live example.com --no-check --at 2026-11-24T09:30:00Z",
  ],
  load: () => import("./live.ts"),
};
