/** `stspress reports page`: writes what the reports say as pages that open from disk. */
import path from "node:path";
import { suggest } from "../../config/suggest.ts";
import { diagnostic, locate } from "../../diagnostics/diagnostic.ts";
import { combine, failure, success, type Failure, type Result } from "../../diagnostics/result.ts";
import { readReportsPageAssets } from "../../runtime/page-assets.ts";
import { makeNonce, PageFolder, writeIntoPage } from "../page/page-folder.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { ReportsPage } from "../page/reports-page.ts";
import { printable } from "../../cli/text.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode, Io } from "../../cli/io.ts";
import type { Options } from "../../cli/options.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress } from "../../cli/progress.ts";
import { version } from "../../cli/version.ts";
import { codeOf } from "../../runtime/system-error.ts";
import { openPageSource, type PageSource } from "../page/page-source.ts";

/** What was written. */
interface Written {
  /** The file to open. */
  readonly page: string;
  readonly domains: number;
}

/** Runs `reports page [--domain D] [--days N]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { options, root, now, io } = context;
  const asked = combine({
    days: options.number("days", { min: 1, max: 9999, default: 90 }),
    domain: readDomain(options),
  });
  if (!asked.ok) return asked;
  const { days, domain } = asked.value;
  const opened = await openPageSource({ root, now, days, io });
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    const written =
      domain === null ? await writeAll(source, root, io) : await writeAlone(source, root, domain);
    if (!written.ok) return failure(...source.diagnostics, ...written.problems);
    const { page, domains } = written.value;
    printResult(context, {
      diagnostics: source.diagnostics,
      json: { page, domains },
      text: () => `${printable(page)}\n`,
    });
    return success(0);
  } finally {
    await source.close();
  }
}

function readDomain(options: Options): Result<string | null> {
  const given = options.text("domain");
  if (given === null) return success(null);
  const parsed = parseDomainName(given);
  if (parsed.ok) return success(parsed.value.ascii);
  return failure(...parsed.problems.map((found) => locate("<argument>", given, found)));
}

async function writeAll(source: PageSource, root: string, io: Io): Promise<Result<Written>> {
  const page = new ReportsPage(readReportsPageAssets(), version, makeNonce());
  const overview = await source.overview();
  const domains = [...overview.domains, ...overview.undeclared];
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
    return success({ page: path.join(into.publish(), "index.html"), domains: domains.length });
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
): Promise<Result<Written>> {
  const found = await source.domainPage(domain);
  if (found === null) {
    const { domains, undeclared } = await source.overview();
    const suggestion = suggest(
      domain,
      [...domains, ...undeclared].map((one) => one.domain),
    );
    return failure(diagnostic("site/unknown-domain", { domain, suggestion }));
  }
  const file = new ReportsPage(readReportsPageAssets(), version, makeNonce()).alone(found);
  try {
    return success({ page: writeIntoPage(root, file.path, file.content), domains: 1 });
  } catch (error) {
    return cannotWrite(error);
  }
}

/** Of the system's errors a diagnostic; whatever else it is, is a bug. */
function cannotWrite(error: unknown): Failure {
  if (!(error instanceof Error) || codeOf(error) === "") throw error;
  const path = ".stspress/reports/page";
  return failure(diagnostic("reports/store-unusable", { path, detail: error.message }));
}
