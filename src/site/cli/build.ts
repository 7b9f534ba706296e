/** `stspress build`: from the folder of YAML to `dist/` and the lock. */
import type { Context } from "../../cli/context.ts";
import { wantsColour, type ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress } from "../../cli/progress.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { locate } from "../../diagnostics/diagnostic.ts";
import { parseDomainName } from "../../names/domain-name.ts";
import { startTimings } from "../../runtime/timings.ts";
import { buildSite } from "../disk/build-site.ts";
import { exclusively } from "../disk/exclusive.ts";
import { buildJson } from "./print/build-json.ts";
import { buildSummary, maxFiles } from "./print/build-summary.ts";

/** Runs `build [--dry-run]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  if (context.options.flag("dry-run")) return build(context, "dry-run");
  return exclusively(context.root, () => build(context, "build"));
}

async function build(context: Context, mode: "build" | "dry-run"): Promise<Result<ExitCode>> {
  const { root, now, io, format } = context;
  const newIds = readNewIds(context);
  if (!newIds.ok) return newIds;
  const progress = await startProgress(io);
  const timings = startTimings("read");
  const { built, diagnostics } = await buildSite({
    root,
    now,
    writes: mode === "build",
    newLock: context.options.flag("new-lock"),
    newIds: newIds.value,
    frozen: context.options.choice("frozen") ?? isCi(io.env["CI"]),
    // Only JSON lists everything.
    listed: format === "json" ? Infinity : maxFiles,
    phase: timings.phase,
    progress: progress.show,
  }).finally(progress.end);
  if (built === null) return failure(...diagnostics);
  timings.phase("print");
  printResult(context, {
    diagnostics,
    json: format === "json" ? buildJson(built) : {},
    text: () => buildSummary({ mode, ...built }, { colour: wantsColour(io, io.outIsTerminal) }),
  });
  if (io.env["STSPRESS_TIMINGS"] === "1") io.err(timings.end());
  return success(0);
}

/** The domains of `--new-id`, as A-labels. */
function readNewIds({ options }: Context): Result<ReadonlySet<string>> {
  const given = options.text("new-id");
  const names = given === null ? [] : given.split(",");
  const read = names.map((name): Result<string> => {
    const parsed = parseDomainName(name.trim());
    return parsed.ok
      ? success(parsed.value.ascii)
      : failure(...parsed.problems.map((problem) => locate("<argument>", name, problem)));
  });
  const failed = read.find((one) => !one.ok);
  if (failed?.ok === false) return failed;
  return success(new Set(read.flatMap((one) => (one.ok ? [one.value] : []))));
}

/** In CI nobody would commit a changed lock. */
function isCi(ci: string | undefined): boolean {
  return ci !== undefined && ci !== "" && ci !== "0" && ci !== "false";
}
