/** `stspress reports fetch`: intake of a mailbox on an IMAP server. */
import fs from "node:fs";
import path from "node:path";
import { DnsClient } from "../../net/dns/client.ts";
import { systemServers, type Server } from "../../net/dns/servers.ts";
import { resolveWith } from "../../mail/dkim/dkim-resolver.ts";
import { verifyReporter } from "../../mail/dkim/dkim.ts";
import { readMailboxState, writeMailboxState, type MailboxState } from "../intake/imap-state.ts";
import { ImapProblem, Mailbox, type MailMark } from "../../mail/imap/imap.ts";
import { JournalWriter } from "../journal/journal.ts";
import { Quarantine } from "../intake/quarantine.ts";
import type { ReportFolders } from "../intake/report-folders.ts";
import { readSecretFile } from "../intake/secret-file.ts";
import { describeRefusals } from "../../tls-rpt/report/refusal.ts";
import { describeIntake, type IntakeCounts } from "./print/intake-summary.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode, Io } from "../../cli/io.ts";
import { printDiagnostics, printResult } from "../../cli/output.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { startProgress } from "../../cli/progress.ts";
import { fetchMail, type FetchPorts, type FetchResult } from "../intake/fetch-mail.ts";
import { readFetchOptions, type FetchOptions } from "./options/fetch-options.ts";
import { saveReports } from "../intake/save-reports.ts";
import { batchOf } from "../intake/ready-batch.ts";
import { openStore, reportFolders } from "../store/open-store.ts";
import { intakeContext, intakeSource, type IntakeResult } from "../intake/intake-source.ts";
import { withCircuitBreaker } from "../intake/circuit-breaker.ts";
import { codeOf, describe } from "../../runtime/system-error.ts";

const passwordVariable = "STSPRESS_IMAP_PASSWORD";
const dnsTimeoutMs = 10_000;

/** Runs `reports fetch`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const options = readFetchOptions(context.options);
  if (!options.ok) return options;
  const { host, mark } = options.value;
  const secrets = readSecrets(options.value, context.io);
  if (!secrets.ok) return secrets;
  let mailbox: Mailbox | null = null;
  try {
    const readOnly = mark.how === "none";
    mailbox = await Mailbox.open({ ...options.value, ...secrets.value, readOnly });
    if (mark.how === "move") await mailbox.checkMove(mark.folder);
    return await fetchInto(context, mailbox, options.value);
  } catch (error) {
    if (!(error instanceof ImapProblem)) throw error;
    const found = diagnostic("reports/mailbox", { host, detail: error.message });
    printDiagnostics([found], context.format, context.io);
    return success(3);
  } finally {
    await mailbox?.close();
  }
}

async function fetchInto(
  context: Context,
  mailbox: Mailbox,
  options: FetchOptions,
): Promise<Result<ExitCode>> {
  const { root, now, io } = context;
  const folders = reportFolders(root);
  if (!folders.ok) return folders;
  const store = await openStore(context);
  if (!store.ok) return store;
  const writer = await JournalWriter.open(folders.value.journal);
  const dns = dnsClient(options.resolver);
  const mark = markOf(mailbox, options.mark, io);
  const files = filesOf(folders.value, options, now);
  const counts: IntakeCounts = { added: 0, duplicates: 0, quarantined: 0, notReports: 0 };
  const progress = await startProgress(io);
  const ports: FetchPorts = {
    mailbox,
    mark,
    intake: mailIntake(dns, now),
    save: async (ready) => {
      const { added, duplicates } = await saveReports(batchOf(ready), writer, store.value);
      counts.added += added;
      counts.duplicates += duplicates;
    },
    quarantine: files.quarantine,
    saveState: files.saveState,
    showProgress: (done, total) => {
      progress.show("fetching", done, total);
    },
  };
  try {
    const fetched = await fetchMail(ports, files.readState());
    counts.quarantined = fetched.quarantined.length;
    counts.notReports = fetched.notReports;
    progress.end();
    return success(printSummary(counts, fetched, context));
  } finally {
    progress.end();
    dns.close();
    await writer.close();
    await store.value.close();
  }
}

function dnsClient(resolver: Server | null): DnsClient {
  const servers = resolver === null ? systemServers() : [resolver];
  return new DnsClient({ servers, timeoutMs: dnsTimeoutMs });
}

/** How a fetched mail is marked: a server may not support keywords. */
function markOf(mailbox: Mailbox, mark: MailMark, io: Io): MailMark {
  if (mailbox.takesKeywords || mark.how !== "keyword") return mark;
  io.err(
    "the server does not support keywords, so mails are not marked; use --mark seen, flag or move:FOLDER\n",
  );
  return { how: "none" };
}

/** What is kept of a mailbox, apart from journal and store. */
function filesOf(
  folders: ReportFolders,
  { user, host, port, folder }: FetchOptions,
  now: number,
): Pick<FetchPorts, "quarantine" | "saveState"> & { readState: () => MailboxState | null } {
  const stateFile = path.join(path.dirname(folders.journal), "imap-state.json");
  const name = `${user}@${host}:${String(port)}/${folder}`;
  const quarantine = new Quarantine(folders.quarantine);
  return {
    quarantine: (bytes, uid, reasons) => {
      const why = describeRefusals(reasons);
      quarantine.put(bytes, "eml", { reasons, why, source: `${name}#${String(uid)}`, at: now });
    },
    readState: () => readMailboxState(stateFile, name),
    saveState: (state) => {
      writeMailboxState(stateFile, name, state);
    },
  };
}

/** Verifies signatures as of the time at which our own server received the mail: its headers can be forged. */
function mailIntake(dns: DnsClient, now: number) {
  const resolve = resolveWith(dns);
  const verifyAt = withCircuitBreaker((message, submitter, at) =>
    verifyReporter(message, submitter, resolve, at),
  );
  return (bytes: Uint8Array, receivedAt: number | null): Promise<IntakeResult> =>
    intakeSource(
      bytes,
      "",
      intakeContext(now, (message, submitter, at) =>
        verifyAt(message, submitter, Math.min(receivedAt ?? at, now)),
      ),
    );
}

interface Secrets {
  readonly password: string;
  readonly ca: string | null;
}

function readSecrets({ passwordFile, caFile }: FetchOptions, io: Io): Result<Secrets> {
  let password: string;
  try {
    password =
      passwordFile === null ? (io.env[passwordVariable] ?? "") : readSecretFile(passwordFile);
  } catch (error) {
    const detail = codeOf(error) === "" ? (error as Error).message : describe(error);
    return failure(diagnostic("reports/password-file", { path: passwordFile ?? "", detail }));
  }
  if (password === "" || /[\r\n\0]/.test(password)) {
    return failure(diagnostic("reports/no-password", { variable: passwordVariable }));
  }
  try {
    return success({ password, ca: caFile === null ? null : fs.readFileSync(caFile, "utf8") });
  } catch (error) {
    const detail = describe(error);
    return failure(diagnostic("site/unreadable", { path: caFile ?? "", detail }));
  }
}

function printSummary(counts: IntakeCounts, fetched: FetchResult, context: Context): ExitCode {
  printResult(context, {
    json: counts,
    text: () => {
      const unreadable = fetched.quarantined.map(({ uid, ...one }) => ({
        ...one,
        source: `mail ${String(uid)}`,
      }));
      return describeIntake(counts, unreadable, ["other mail", "other mails"]);
    },
  });
  const unchecked = fetched.unchecked.length;
  if (unchecked > 0) {
    context.io.err(
      `${String(unchecked)} signature${unchecked === 1 ? "" : "s"} could not be checked because DNS did not answer; the next run tries again\n`,
    );
  }
  return counts.quarantined > 0 ? 1 : 0;
}
