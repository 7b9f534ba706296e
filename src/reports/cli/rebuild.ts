/** `stspress reports rebuild`: makes the store anew from the journal, beside the old one, and replaces it. */
import { success, type Result } from "../../diagnostics/result.ts";
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { rebuildStore } from "../store/open-store.ts";

/** Runs `reports rebuild`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const done = await rebuildStore(context);
  if (!done.ok) return done;
  const { added, duplicates, refused, damaged } = done.value;
  printResult(context, {
    json: { reports: added, duplicates, refused, damaged },
    text: () =>
      `the database was rebuilt: ${String(added)} report${added === 1 ? "" : "s"}${duplicates > 0 ? `; ignored ${String(duplicates)} duplicate${duplicates === 1 ? "" : "s"} in the journal` : ""}\n`,
  });
  return success(0);
}
