/** The verbs of the group `reports`. */
import { json, site, type OptionSpec, type VerbSpec } from "../../cli/verb-spec.ts";

const resolver: OptionSpec = {
  flags: "--resolver <ip>",
  about: "DNS resolver for the keys of signatures, as IP or IP:port (default: the system's)",
};

export const reportVerbs: readonly VerbSpec[] = [
  {
    name: "reports add",
    operands: "<path...>",
    summary: "add reports from files, folders and mailboxes",
    about:
      "Takes files and folders of mails, mbox, Maildir, JSON, gzip and zip, whatever they are called; - is standard input. The same report counts once, whatever its wrapping. What cannot be read is kept in .stspress/reports/quarantine/ with the reason, and the exit code is 1; the files that were named stay as they are.",
    options: [
      { flags: "--no-dkim", about: "do not verify DKIM signatures, and ask no DNS" },
      resolver,
      json,
      site,
    ],
    examples: [
      "stspress reports add ~/Maildir/.tls-reports",
      "stspress reports add reports.mbox 'google.com!example.com!1764028800!1764115199!001.json.gz'",
    ],
    load: () => import("./add.ts"),
  },
  {
    name: "reports fetch",
    operands: "",
    summary: "add reports from a mailbox on an IMAP server",
    about:
      "Takes what came since the last run, and marks it; other mail stays as it is, nothing is deleted. The password is read from STSPRESS_IMAP_PASSWORD or from a file that only you may read.",
    options: [
      { flags: "--host <name>", about: "the IMAP server", required: true },
      { flags: "--user <name>", about: "the user who logs in", required: true },
      { flags: "--folder <name>", about: "the folder (default: INBOX)" },
      { flags: "--port <number>", about: "its port (default: 993, with --starttls 143)" },
      { flags: "--starttls", about: "begin in clear, and turn to TLS before the password is sent" },
      {
        flags: "--insecure-plain",
        about: "no TLS at all; for a server on this machine only",
      },
      {
        flags: "--mark <how>",
        about:
          "how to mark a message that was fetched: keyword (the keyword $StspressTaken, the default), seen, flag, move:FOLDER or none",
      },
      { flags: "--password-file <file>", about: "read the password from this file" },
      { flags: "--ca <file>", about: "trust these root certificates too (PEM)" },
      { flags: "--timeout <seconds>", about: "how long an answer may take (default: 60)" },
      resolver,
      json,
      site,
    ],
    examples: ["stspress reports fetch --host imap.example.com --user tls-reports@example.com"],
    load: () => import("./fetch.ts"),
  },
  {
    name: "reports serve",
    operands: "",
    summary: "receive the reports that senders POST, behind a web server",
    about:
      "Answers 201 when a report is safely on the disk. It speaks HTTP, for a web server on the same machine that speaks TLS to the world; the caddy target writes its site where `targets.caddy.reports` names a host. Ends by SIGTERM or Ctrl-C, without loss.",
    options: [
      { flags: "--listen <ip:port>", about: "where it listens (default: 127.0.0.1:8460)" },
      {
        flags: "--proxy <ip>",
        about:
          "the address of the web server in front, where it is another machine; only it may post then",
      },
      {
        flags: "--rate <number>",
        about: "reports a minute from one client; a large one counts as several (default: 600)",
      },
      site,
    ],
    examples: ["stspress reports serve --site /srv/mail-policies"],
    load: () => import("./serve.ts"),
  },
  {
    name: "reports status",
    operands: "[domain...]",
    summary: "say how the domains are, by the reports; for people, cron and CI",
    about:
      "On a terminal the whole table. Elsewhere only what changed since the last run, once, so that cron sends a mail only when there is news; with --fail-on, standard error says what made it fail. A domain of which no report came is unknown, never good; exit code 3 where that is so of all.",
    options: [
      { flags: "--all", about: "the whole table, on a terminal or not" },
      { flags: "--changes", about: "only what changed, on a terminal too" },
      {
        flags: "--fail-on <trend>",
        about: "exit with 1 where failures are new, rising (or new), or there are any worth a word",
        choices: ["new", "rising", "any"],
      },
      json,
      site,
    ],
    examples: ["stspress reports status", "stspress reports status example.com --fail-on rising"],
    load: () => import("./status.ts"),
  },
  {
    name: "reports page",
    operands: "",
    summary: "write what the reports say as pages that open from disk",
    about:
      "Writes .stspress/reports/page/: an overview, most troubled domains first, and a page for each domain. With --domain, one file with that domain alone, which can be handed to its owner.",
    options: [
      { flags: "--domain <domain>", about: "one self-contained page of this domain alone" },
      { flags: "--days <number>", about: "how many days it shows (default: 90)" },
      json,
      site,
    ],
    examples: ["stspress reports page", "stspress reports page --domain example.com --days 30"],
    load: () => import("./page.ts"),
  },
  {
    name: "reports senders",
    operands: "",
    summary: "show who sends what, how, and where it deviates from RFC 8460",
    about:
      "One line per reporter, and the deviations that were seen in its reports and normalised.",
    options: [json, site],
    examples: ["stspress reports senders"],
    load: () => import("./senders.ts"),
  },
  {
    name: "reports export",
    operands: "[domain]",
    summary: "print what is stored as CSV or JSON lines",
    about:
      "One row per kind of failure, or per policy that had none. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.",
    options: [
      { flags: "--format <name>", about: "csv (the default) or jsonl", choices: ["csv", "jsonl"] },
      { flags: "--from <day>", about: "from this day on, such as 2026-11-01" },
      { flags: "--to <day>", about: "to this day, inclusive" },
      site,
    ],
    examples: ["stspress reports export --format csv > failures.csv"],
    load: () => import("./export.ts"),
  },
  {
    name: "reports rebuild",
    operands: "",
    summary: "make the database anew from the reports as they came",
    about:
      "The journal in .stspress/reports/journal/ keeps every report as it came; the database is an index of it, made beside the old one and put in its place when it is whole.",
    options: [json, site],
    examples: ["stspress reports rebuild"],
    load: () => import("./rebuild.ts"),
  },
];
