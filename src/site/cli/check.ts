/** `stspress check`: everything that `build` would say, and nothing written. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { startProgress } from "../../cli/progress.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";
import { buildSite } from "../disk/build-site.ts";
import { buildJson } from "./print/build-json.ts";

/** Runs `check`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { root, now, io, format } = context;
  const progress = await startProgress(io);
  const { built, diagnostics } = await buildSite({
    root,
    now,
    writes: false,
    frozen: false,
    newLock: context.options.flag("new-lock"),
    newIds: new Set(),
    listed: format === "json" ? Infinity : 0,
    phase: () => undefined,
    progress: progress.show,
  }).finally(progress.end);
  if (built === null) return failure(...diagnostics);
  const count = built.plan.domains.length;
  printResult(context, {
    diagnostics,
    json: format === "json" ? buildJson(built) : {},
    text: () => `${String(count)} domain${count === 1 ? "" : "s"}: no problems found\n`,
  });
  return success(0);
}
