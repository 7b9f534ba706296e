/** `stspress reports fetch`: takes in the reports of a mailbox on an IMAP server. */
import fs from "node:fs";
import path from "node:path";
import { DnsClient } from "../../net/dns/client.ts";
import { systemServers } from "../../net/dns/servers.ts";
import { resolveWith } from "../../mail/dkim/dkim-resolver.ts";
import { verifyReporter } from "../../mail/dkim/dkim.ts";
import { readMailboxState, writeMailboxState } from "../intake/imap-state.ts";
import { ImapProblem, Mailbox } from "../../mail/imap/imap.ts";
import { JournalWriter } from "../journal/journal.ts";
import { Quarantine } from "../intake/quarantine.ts";
import { makeReportFolders } from "../intake/report-folders.ts";
import { readSecretFile } from "../intake/secret-file.ts";
import { printable } from "../../cli/text.ts";
import { describeRefusals } from "../../tls-rpt/report/refusal.ts";
import { describeTakenIn, type TakenInCounts } from "./print/taken-in.ts";
import { flag, textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { startProgress } from "../../cli/progress.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import { fetchMail, type Fetched, type FetchPorts } from "../intake/fetch-mail.ts";
import { readFetchOptions, type FetchOptions } from "./options/fetch-options.ts";
import { keepReports } from "../intake/keep-reports.ts";
import { batchOf } from "../intake/ready-batch.ts";
import { openStore } from "../store/open-store.ts";
import { takeIn, type TakenIn } from "../intake/take-in.ts";
import { whileAnswered } from "../intake/while-answered.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

const passwordVariable = "STSPRESS_IMAP_PASSWORD";
const dnsTimeoutMs = 10_000;

/** Runs `reports fetch`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const refuse = (what: string, fix: string, exit: ExitCode = 2): ExitCode => {
    io.err(`${printable(what.slice(0, 500))}\n  fix: ${fix}\n`);
    return exit;
  };
  const options = readFetchOptions(args);
  if ("usage" in options) return refuse(options.usage, `stspress reports fetch ${options.fix}`);
  const root = siteRoot(textOption(args, "site"));
  const now = readClock(io.env);
  if (typeof root !== "string" || typeof now !== "number") {
    tell(
      [root, now].filter((one) => typeof one === "object"),
      formatOf(args),
      io,
      {},
    );
    return 2;
  }
  const secrets = readSecrets(options, io);
  if ("problem" in secrets) return refuse(secrets.problem, secrets.fix);
  let mailbox: Mailbox | null = null;
  try {
    mailbox = await Mailbox.open({ ...options, ...secrets, readOnly: options.mark.how === "none" });
    if (options.mark.how === "move") await mailbox.checkMove(options.mark.folder);
    return await fetchInto(root, now, mailbox, options, args, io);
  } catch (error) {
    if (!(error instanceof ImapProblem)) throw error;
    const fix =
      "check --host, --port, --user and the password; what was taken so far is safe, and the next run goes on there";
    return refuse(`${options.host}: ${error.message}`, fix, 3);
  } finally {
    await mailbox?.close();
  }
}

async function fetchInto(
  root: string,
  now: number,
  mailbox: Mailbox,
  options: FetchOptions,
  args: Arguments,
  io: Io,
): Promise<ExitCode> {
  const store = await openStore(root, io);
  if ("code" in store) {
    tell([store], formatOf(args), io, {});
    return 2;
  }
  const folders = makeReportFolders(root);
  const stateFile = path.join(path.dirname(folders.journal), "imap-state.json");
  const name = `${options.user}@${options.host}:${String(options.port)}/${options.folder}`;
  const quarantine = new Quarantine(folders.quarantine);
  const writer = await JournalWriter.open(folders.journal);
  const { resolver } = options;
  const dns = new DnsClient({
    servers: resolver === null ? systemServers() : [resolver],
    timeoutMs: dnsTimeoutMs,
  });
  const mark = mailbox.takesKeywords || options.mark.how !== "keyword" ? options.mark : noMark;
  if (mark !== options.mark) {
    io.err("the server keeps no keywords, so what is taken is not marked; see --mark\n");
  }
  const counts: TakenInCounts = { added: 0, duplicates: 0, quarantined: 0, notReports: 0 };
  const progress = await startProgress(io);
  const ports: FetchPorts = {
    mailbox,
    mark,
    takeIn: taker(dns, now),
    keep: async (ready) => {
      const { added, duplicates } = await keepReports(batchOf(ready), writer, store);
      counts.added += added;
      counts.duplicates += duplicates;
    },
    quarantine: (bytes, uid, reasons) => {
      const why = describeRefusals(reasons);
      quarantine.put(bytes, "eml", { reasons, why, source: `${name}#${String(uid)}`, at: now });
    },
    saveState: (state) => {
      writeMailboxState(stateFile, name, state);
    },
    show: (done, total) => {
      progress.show("fetching", done, total);
    },
  };
  try {
    const fetched = await fetchMail(ports, readMailboxState(stateFile, name));
    counts.quarantined = fetched.quarantined.length;
    counts.notReports = fetched.notReports;
    progress.end();
    return report(counts, fetched, flag(args, "json"), io);
  } finally {
    progress.end();
    dns.close();
    await writer.close();
    await store.close();
  }
}

const noMark = { how: "none" } as const;

/** Verifies by the time at which our own server got the mail: what its headers say, anybody can write. */
function taker(dns: DnsClient, now: number) {
  const resolve = resolveWith(dns);
  const verifyAt = whileAnswered((message, submitter, at) =>
    verifyReporter(message, submitter, resolve, at),
  );
  return (bytes: Uint8Array, receivedAt: number | null): Promise<TakenIn> =>
    takeIn(bytes, "", {
      via: "file",
      now,
      verify: (message, submitter, at) =>
        verifyAt(message, submitter, Math.min(receivedAt ?? at, now)),
    });
}

type Secrets =
  | { readonly password: string; readonly ca: string | null }
  | { readonly problem: string; readonly fix: string };

function readSecrets({ passwordFile, caFile }: FetchOptions, io: Io): Secrets {
  let password: string;
  try {
    password =
      passwordFile === null ? (io.env[passwordVariable] ?? "") : readSecretFile(passwordFile);
  } catch (error) {
    const detail = codeOf(error) === "" ? (error as Error).message : describe(error);
    return {
      problem: `the password cannot be read from ${passwordFile ?? ""}: ${detail}`,
      fix: "write it to a file that only you may read, and name that with --password-file",
    };
  }
  if (password === "" || /[\r\n\0]/.test(password)) {
    return {
      problem: "there is no password",
      fix: `put it into the environment as ${passwordVariable}, or into a file for --password-file`,
    };
  }
  try {
    return { password, ca: caFile === null ? null : fs.readFileSync(caFile, "utf8") };
  } catch (error) {
    return {
      problem: `${caFile ?? ""} cannot be read: ${describe(error)}`,
      fix: "name a file of certificates (PEM) with --ca",
    };
  }
}

function report(counts: TakenInCounts, fetched: Fetched, asJson: boolean, io: Io): ExitCode {
  if (asJson) io.out(`${JSON.stringify(counts)}\n`);
  else {
    const unreadable = fetched.quarantined.map(({ uid, ...one }) => ({
      ...one,
      source: `mail ${String(uid)}`,
    }));
    io.out(describeTakenIn(counts, unreadable, ["other mail", "other mails"]));
  }
  const unchecked = fetched.unchecked.length;
  if (unchecked > 0) {
    io.err(
      `${String(unchecked)} signatures could not be checked, for the DNS did not answer; the next run tries again\n`,
    );
  }
  return counts.quarantined > 0 ? 1 : 0;
}
