/** The verbs of the group `reports`. */
import { json, site, type OptionSpec, type VerbSpec } from "../../cli/verb-spec.ts";

const resolver: OptionSpec = {
  flags: "--resolver <ip>",
  about: "DNS resolver for DKIM keys, as IP or IP:port (default: the system's)",
};

export const reportVerbs: readonly VerbSpec[] = [
  {
    name: "reports add",
    operands: "<path...>",
    summary: "add reports from files, folders and mailboxes",
    about:
      "Reads mails, mbox, Maildir, JSON, gzip and zip, in files and folders of any name; - is standard input. The same report counts once, however it is packed. Unreadable reports are copied to .stspress/reports/quarantine/ with the reason, and the exit code is 1. Your files are not changed.",
    options: [
      { flags: "--no-dkim", about: "do not verify DKIM signatures; makes no DNS queries" },
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
    summary: "fetch reports from a mailbox on an IMAP server",
    about:
      "Reads the mails that came since the last run, and marks those with reports. Other mails are not changed, and nothing is deleted. The password comes from STSPRESS_IMAP_PASSWORD or from a file that only you can read.",
    options: [
      { flags: "--host <name>", about: "the IMAP server", required: true },
      { flags: "--user <name>", about: "the user who logs in", required: true },
      { flags: "--folder <name>", about: "the folder (default: INBOX)" },
      { flags: "--port <number>", about: "the port (default: 993, with --starttls 143)" },
      {
        flags: "--starttls",
        about: "start without TLS, and switch to TLS before the password is sent",
      },
      {
        flags: "--insecure-plain",
        about: "no TLS; only for a server on this machine",
      },
      {
        flags: "--mark <how>",
        about:
          "how to mark mails with reports: keyword ($StspressTaken, the default), seen, flag, move:FOLDER or none",
      },
      { flags: "--password-file <file>", about: "read the password from this file" },
      { flags: "--ca <file>", about: "also trust these root certificates (PEM)" },
      { flags: "--timeout <seconds>", about: "how long to wait for an answer (default: 60)" },
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
    summary: "receive reports by HTTPS POST, behind a web server",
    about:
      "Answers 201 when a report is safely on the disk. It has no TLS itself: a web server on the same machine receives the reports by HTTPS and passes them on. The caddy target configures that if you set `targets.caddy.reports` to a host name. Stop it with SIGTERM or Ctrl-C; no report is lost.",
    options: [
      { flags: "--listen <ip:port>", about: "the address to listen on (default: 127.0.0.1:8460)" },
      {
        flags: "--proxy <ip>",
        about:
          "the IP address of the web server if it is another machine; other machines are refused",
      },
      {
        flags: "--rate <number>",
        about:
          "reports per minute from one client; a large report counts as several (default: 600)",
      },
      site,
    ],
    examples: ["stspress reports serve --site /srv/mail-policies"],
    load: () => import("./serve.ts"),
  },
  {
    name: "reports status",
    operands: "[domain...]",
    summary: "show the health of your domains by the reports; for people, cron and CI",
    about:
      "On a terminal, prints the whole table. Elsewhere, prints only what changed since the last run, so that cron sends a mail only when something changed. With --fail-on, standard error lists the domains that failed. A domain without reports is unknown, never good; if that is true for all domains, the exit code is 3.",
    options: [
      { flags: "--all", about: "print the whole table, also without a terminal" },
      { flags: "--changes", about: "print only what changed, also on a terminal" },
      {
        flags: "--fail-on <trend>",
        about: "exit with 1 if failures are new, rising (or new), or any domain is not good",
        choices: ["new", "rising", "any"],
      },
      {
        flags: "--record",
        about:
          "write into stspress.evidence what the reports prove of each domain in testing, which `build` reads",
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
    summary: "write the reports as HTML pages that open from disk",
    about:
      "Writes .stspress/reports/page/: an overview, worst domains first, and a page for each domain. With --domain, writes one file with that domain alone, which you can give to its owner.",
    options: [
      { flags: "--domain <domain>", about: "write one self-contained page of this domain only" },
      { flags: "--days <number>", about: "how many days to show (default: 90)" },
      json,
      site,
    ],
    examples: ["stspress reports page", "stspress reports page --domain example.com --days 30"],
    load: () => import("./page.ts"),
  },
  {
    name: "reports senders",
    operands: "",
    summary: "list who sends reports, and how they deviate from RFC 8460",
    about:
      "For each reporter: its reports, its signatures, whether it counts for a rollout, and the deviations in its reports.",
    options: [json, site],
    examples: ["stspress reports senders"],
    load: () => import("./senders.ts"),
  },
  {
    name: "reports export",
    operands: "[domain]",
    summary: "print the stored reports as CSV or JSON lines",
    about:
      "One row per failure detail, or per policy without failures. In CSV, a cell that a spreadsheet would read as a formula starts with an apostrophe.",
    options: [
      { flags: "--format <name>", about: "csv (the default) or jsonl", choices: ["csv", "jsonl"] },
      { flags: "--from <day>", about: "the first day, such as 2026-11-01" },
      { flags: "--to <day>", about: "the last day" },
      site,
    ],
    examples: ["stspress reports export --format csv > failures.csv"],
    load: () => import("./export.ts"),
  },
  {
    name: "reports rebuild",
    operands: "",
    summary: "rebuild the database from the journal",
    about:
      "The journal in .stspress/reports/journal/ has every report as it came; the database is only an index. The new database replaces the old one when it is complete.",
    options: [json, site],
    examples: ["stspress reports rebuild"],
    load: () => import("./rebuild.ts"),
  },
];
