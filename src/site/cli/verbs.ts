/** The verbs of the site: how each is called, documented and loaded. */
import { format, json, site, told, type OptionSpec, type VerbSpec } from "../../cli/verb-spec.ts";

const newLock: OptionSpec = {
  flags: "--new-lock",
  about: "begin a new lock although something tells of an earlier one, which is lost",
};

export const build: VerbSpec = {
  name: "build",
  operands: "",
  summary: "compile domains/ into dist/ and update the lock",
  about:
    "Writes policies, server configuration and DNS records to dist/, and gives a new id to each policy whose text changed. Then prints what to do next, with the DNS records that changed. With an error anywhere, it writes nothing.",
  options: [
    {
      flags: "--dry-run",
      about: "print what would change, file by file and id by id; write nothing",
    },
    { flags: "--frozen", about: "refuse to change stspress.lock (default where CI is set)" },
    { flags: "--no-frozen", about: "let the lock change even in CI" },
    {
      flags: "--new-id <domains>",
      about:
        "give these domains (with commas) a new id although their policy is the same: it ends what senders may hold under the present one",
    },
    newLock,
    ...told,
  ],
  examples: [
    "stspress build",
    "stspress build --dry-run",
    "stspress build --site /srv/mail-policies",
  ],
  load: () => import("./build.ts"),
};

export const check: VerbSpec = {
  name: "check",
  operands: "",
  summary: "report everything that build would report; write nothing",
  about: "Validates the site, its lock and its templates.",
  options: [newLock, ...told],
  examples: ["stspress check", "stspress check --format github"],
  load: () => import("./check.ts"),
};

export const history: VerbSpec = {
  name: "history",
  operands: "<domain>",
  summary: "show a domain's policies, until when senders may hold them, and what you may do next",
  about: "Reads only the lock.",
  options: told,
  examples: ["stspress history example.com"],
  load: () => import("./history.ts"),
};

export const records: VerbSpec = {
  name: "records",
  operands: "[domain...]",
  summary: "print the DNS records, for people or for a DNS tool",
  about:
    "Prints the records of the last build. With --pending, only those that are not recorded as published (see `stspress live`), whichever build made them. With --changed, those that differ from the build before it, or from the lock given with --since.",
  options: [
    {
      flags: "--format <name>",
      about: "zone, json, nsupdate, dnscontrol or octodns (default: zone)",
      choices: ["zone", "json", "nsupdate", "dnscontrol", "octodns"],
    },
    { flags: "--pending", about: "only the records that are not live yet" },
    {
      flags: "--step <name>",
      about:
        "only one step: host (the policy host), reports (TLS-RPT) or announce (_mta-sts, once the policy is served)",
      choices: ["host", "reports", "announce"],
    },
    { flags: "--changed", about: "only the records that the last build changed" },
    { flags: "--since <file>", about: "compare with this lock instead (- is standard input)" },
    json,
    site,
  ],
  examples: [
    "stspress records example.com",
    "stspress records --pending --step host --format nsupdate | nsupdate -k key.conf",
    "stspress records --pending --step announce --format nsupdate | nsupdate -k key.conf",
    "git show HEAD~1:stspress.lock | stspress records --changed --since -",
  ],
  load: () => import("./records.ts"),
};

export const adopt: VerbSpec = {
  name: "adopt",
  operands: "<domain> [file]",
  summary: "take a policy that is already live into the lock",
  about:
    "Reads the policy from the file or standard input and keeps its id, so that an enforce policy from elsewhere needs no testing again.",
  options: [
    { flags: "--id <id>", about: "the id of its _mta-sts record", required: true },
    { flags: "--since <time>", about: "when it went live (default: now)" },
    { flags: "--ttl <seconds>", about: "the TTL of its _mta-sts record (default: 3600)" },
    ...told,
  ],
  examples: ["stspress adopt example.org --id 20240101 --since 2024-01-01 mta-sts.txt"],
  load: () => import("./adopt.ts"),
};

export const lint: VerbSpec = {
  name: "lint",
  operands: "[file]",
  summary: "check any policy or TXT record against the RFC's grammar",
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
};

export const schema: VerbSpec = {
  name: "schema",
  operands: "[kind]",
  summary: "print the JSON Schema of a domain file, or of stspress.yaml",
  about: "The kind is domain (the default) or site. Editors complete keys and values from it.",
  options: [json],
  examples: ["stspress schema site > stspress.schema.json"],
  load: () => import("./schema.ts"),
};
