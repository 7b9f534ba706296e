/** `stspress reports page`: writes what the reports say as pages that open from disk. */
import path from "node:path";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, locate, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { readReportsPageAssets } from "../../runtime/page-assets.ts";
import { makeNonce, PageFolder, writeIntoPage } from "../page/page-folder.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { ReportsPage } from "../page/reports-page.ts";
import { printable } from "../../cli/text.ts";
import { textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { startProgress } from "../../cli/progress.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { readClock, siteRoot } from "../../cli/site-root.ts";
import { version } from "../../cli/version.ts";
import { openPageSource, type PageSource } from "../page/page-source.ts";

/** What was written. */
interface Written {
  /** The file to open. */
  readonly page: string;
  readonly domains: number;
}

/** Runs `reports page [--domain D] [--days N]`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const refuse = (found: readonly Diagnostic[]): ExitCode => {
    tell(found, format, io, {});
    return 2;
  };
  const days = textOption(args, "days") ?? "90";
  if (!/^[1-9]\d{0,3}$/.test(days)) {
    io.err(
      `--days is not a number of days from 1 to 9999: ${printable(days.slice(0, 80))}\n  fix: stspress reports page --days 90\n`,
    );
    return 2;
  }
  const given = textOption(args, "domain");
  const named = given === null ? null : parseDomainName(given);
  if (named?.ok === false) {
    return refuse(named.problems.map((found) => locate("<argument>", given ?? "", found)));
  }
  const now = readClock(io.env);
  const root = siteRoot(textOption(args, "site"));
  if (typeof now !== "number") return refuse([now]);
  if (typeof root !== "string") return refuse([root]);
  const source = await openPageSource({ root, now, days: Number(days), io });
  if (!("overview" in source)) return refuse(source);
  try {
    const done =
      named === null
        ? await writeAll(source, root, io)
        : await writeAlone(source, root, named.value.ascii);
    if ("code" in done) return refuse([...source.diagnostics, done]);
    tell(source.diagnostics, format, io, { page: done.page, domains: done.domains });
    if (format !== "json") io.out(`${printable(done.page)}\n`);
    return 0;
  } finally {
    await source.close();
  }
}

async function writeAll(source: PageSource, root: string, io: Io): Promise<Written | Diagnostic> {
  const page = new ReportsPage(readReportsPageAssets(), version, makeNonce());
  const overview = await source.overview();
  const domains = [...overview.domains, ...overview.strangers];
  const progress = await startProgress(io);
  let folder: PageFolder | null = null;
  try {
    const into = new PageFolder(root);
    folder = into;
    const put = (file: { path: string; content: string }): void => {
      into.write(file.path, file.content);
    };
    let done = 0;
    const names = domains.map(({ domain }) => domain);
    for await (const found of source.domainPages(names)) {
      put(page.domain(found));
      done += 1;
      progress.show("writing pages", done, domains.length);
    }
    for (const one of page.assets()) put(one);
    put(page.overview(overview));
    return { page: path.join(into.publish(), "index.html"), domains: domains.length };
  } catch (error) {
    folder?.discard();
    return cannotWrite(error);
  } finally {
    progress.end();
  }
}

/** One domain in one file, which names no other. */
async function writeAlone(
  source: PageSource,
  root: string,
  domain: string,
): Promise<Written | Diagnostic> {
  const found = await source.domainPage(domain);
  if (found === null) {
    const { domains, strangers } = await source.overview();
    const suggestion = suggest(
      domain,
      [...domains, ...strangers].map((one) => one.domain),
    );
    return diagnostic("site/unknown-domain", { domain, suggestion });
  }
  const file = new ReportsPage(readReportsPageAssets(), version, makeNonce()).alone(found);
  try {
    return { page: writeIntoPage(root, file.path, file.content), domains: 1 };
  } catch (error) {
    return cannotWrite(error);
  }
}

/** Of the system's errors a diagnostic; whatever else it is, is a bug. */
function cannotWrite(error: unknown): Diagnostic {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  return diagnostic("reports/store-unusable", {
    path: ".stspress/reports/page",
    detail: error.message,
  });
}
