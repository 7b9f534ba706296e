/** `stspress build`: from the folder of YAML to `dist/` and the lock. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { takeSite } from "../../runtime/site-mutex.ts";
import { flag, textOption, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { runBuild } from "../disk/run-build.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { siteRoot } from "../../cli/site-root.ts";
import { describe } from "../../runtime/system-error.ts";

/** Runs `build`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  if (flag(args, "dryRun")) return runBuild(args, io, "dry-run");
  const root = siteRoot(textOption(args, "site"));
  if (typeof root !== "string") {
    tell([root], formatOf(args), io, {});
    return 2;
  }
  let taken;
  try {
    taken = takeSite(root);
  } catch (error) {
    const failed = diagnostic("site/cannot-write", { path: ".stspress", detail: describe(error) });
    tell([failed], formatOf(args), io, {});
    return 2;
  }
  if ("pid" in taken) {
    tell([diagnostic("site/busy", taken)], formatOf(args), io, {});
    return 2;
  }
  try {
    return await runBuild(args, io, "build");
  } finally {
    taken.release();
  }
}
