/** Every verb, once: the command line is parsed, helped and documented from this table. */
import { reportVerbs } from "./reports/verbs.ts";
import { concurrency, json, format, lookOptions, site, told, type VerbSpec } from "./verb-spec.ts";

export const verbs: readonly VerbSpec[] = [
  {
    name: "init",
    operands: "[domain...]",
    summary: "look domains up and write a domain file for each",
    about:
      "Finds the MX hosts, the provider's profile, the policy and the TLS-RPT record that are live, and writes domains/<domain>.yaml. A live policy is taken into stspress.lock with its id, so that it keeps its history. Nothing that is there is overwritten.",
    options: [
      {
        flags: "--from <file>",
        about: "read the domains from a file, one per line (- is standard input)",
      },
      ...lookOptions.filter(({ flags }) => !/^--(smtp-port|helo) /.test(flags)),
      concurrency,
      ...told,
    ],
    examples: ["stspress init example.com", "stspress init --from customers.txt"],
    load: () => import("./init.ts"),
  },
  {
    name: "build",
    operands: "",
    summary: "compile domains/ into dist/ and the lock",
    about:
      "Writes policies, server configuration and DNS records to dist/, gives a new id to every policy whose text changed, and ends by printing the DNS records that changed and what must be live before they are published. With an error anywhere, nothing is written.",
    options: [
      {
        flags: "--dry-run",
        about: "say what would change, file by file and id by id; write nothing",
      },
      { flags: "--frozen", about: "refuse to change stspress.lock (default where CI is set)" },
      { flags: "--no-frozen", about: "let the lock change, in CI too" },
      ...told,
    ],
    examples: [
      "stspress build",
      "stspress build --dry-run",
      "stspress build --site /srv/mail-policies",
    ],
    load: () => import("./build.ts"),
  },
  {
    name: "check",
    operands: "",
    summary: "say everything that build would say; write nothing",
    about: "Validates the site, its lock and its templates.",
    options: told,
    examples: ["stspress check", "stspress check --format github"],
    load: () => import("./check.ts"),
  },
  {
    name: "live",
    operands: "[domain...]",
    summary: "record in the lock that what was built is deployed",
    about:
      "From then on the days of testing count, and the hold of the policy before it has an end. The first recording counts.",
    options: [
      { flags: "--all", about: "every domain of the lock" },
      {
        flags: "--at <time>",
        about: "when it went live, such as 2026-11-24T09:30:00Z (default: now)",
      },
      ...told,
    ],
    examples: ["stspress live example.com", "stspress live --all --at 2026-11-24T09:30:00Z"],
    load: () => import("./live.ts"),
  },
  {
    name: "audit",
    operands: "[domain...]",
    summary: "look at domains from outside: is it live, and is it safe to enforce",
    about:
      "Looks at DNS, the policy host and every MX host as a sender would, compares with what is declared and built, and says per domain whether an enforced policy is safe. Without a domain, every declared one; a domain that is not declared can be audited too. Where port 25 is blocked the answer is unknown, and the exit code 3.",
    options: [
      ...lookOptions,
      concurrency,
      {
        flags: "--record",
        about: "write into stspress.lock which builds were seen live, as `stspress live` does",
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
  },
  {
    name: "history",
    operands: "<domain>",
    summary: "show a domain's instances, the hold, and what may be done when",
    about: "Reads the lock only.",
    options: told,
    examples: ["stspress history example.com"],
    load: () => import("./history.ts"),
  },
  {
    name: "records",
    operands: "[domain...]",
    summary: "print the DNS records, for people or for a DNS tool",
    about:
      "Prints the records of the last build. With --changed, those that differ from the build before it, or from the lock given with --since.",
    options: [
      {
        flags: "--format <name>",
        about: "zone, json, nsupdate, dnscontrol or octodns (default: zone)",
        choices: ["zone", "json", "nsupdate", "dnscontrol", "octodns"],
      },
      { flags: "--changed", about: "only the records that the last build changed" },
      { flags: "--since <file>", about: "compare with this lock instead (- is standard input)" },
      json,
      site,
    ],
    examples: [
      "stspress records example.com",
      "stspress records --changed --format nsupdate | nsupdate -k key.conf",
      "git show HEAD~1:stspress.lock | stspress records --changed --since -",
    ],
    load: () => import("./records.ts"),
  },
  {
    name: "adopt",
    operands: "<domain> [file]",
    summary: "take a policy that is live already into the lock",
    about:
      "Reads the policy's text from the file or standard input and keeps its id as it is, so that an enforce policy from elsewhere keeps its history.",
    options: [
      { flags: "--id <id>", about: "the id of its _mta-sts record", required: true },
      { flags: "--since <time>", about: "since when it is live (default: now)" },
      { flags: "--ttl <seconds>", about: "the TTL of its _mta-sts record (default: 3600)" },
      ...told,
    ],
    examples: ["stspress adopt example.com --id 20240101 --since 2024-01-01 mta-sts.txt"],
    load: () => import("./adopt.ts"),
  },
  {
    name: "lint",
    operands: "[file]",
    summary: "judge a policy or a TXT record from anywhere by the RFC's grammar",
    about:
      "Reads the file or standard input. Exit code 1 means that it is invalid. A record file holds one TXT record per line.",
    options: [
      {
        flags: "--kind <kind>",
        about: "policy (RFC 8461 §3.2), record (§3.1) or tls-rpt-record (RFC 8460 §3)",
        choices: ["policy", "record", "tls-rpt-record"],
        required: true,
      },
      json,
      format,
    ],
    examples: [
      "curl -s https://mta-sts.example.com/.well-known/mta-sts.txt | stspress lint --kind policy",
    ],
    load: () => import("./lint.ts"),
  },
  {
    name: "schema",
    operands: "[kind]",
    summary: "print the JSON Schema of a domain file, or of stspress.yaml",
    about: "The kind is domain (the default) or site. Editors complete keys and values from it.",
    options: [json],
    examples: ["stspress schema site > stspress.schema.json"],
    load: () => import("./schema.ts"),
  },
  ...reportVerbs,
];

/** What a group of verbs is for, by its name. */
export const groups: Readonly<Record<string, string>> = {
  reports: "take in the TLS-RPT reports that senders send back, and show what they say",
};

export const exitCodes = [
  "0  clean, or warnings only",
  "1  findings, or an invalid text given to lint",
  "2  usage, configuration, or unreadable input",
  "3  could not measure",
] as const;
