/** What every verb asks first: which folder, and what time it is. Beside load-site.ts, which loads a lot. */
import fs from "node:fs";
import path from "node:path";
import { diagnostic, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { describe } from "../runtime/system-error.ts";
import { clock } from "../runtime/clock.ts";

/** The build's clock, or the diagnostic that says what is wrong with SOURCE_DATE_EPOCH. */
export function readClock(env: Readonly<Record<string, string | undefined>>): number | Diagnostic {
  const text = env["SOURCE_DATE_EPOCH"];
  return clock(text) ?? diagnostic("site/clock", { value: text ?? "" });
}

/** The absolute path of the site folder, or the diagnostic that says why there is none. */
export function siteRoot(site: string | null): string | Diagnostic {
  const root = path.resolve(site ?? ".");
  const detail = whyNoFolder(root);
  return detail === null ? root : diagnostic("site/no-folder", { path: site ?? ".", detail });
}

/** Says why a path is not a folder that can be looked into; null where it is one. */
function whyNoFolder(folder: string): string | null {
  try {
    return fs.statSync(folder).isDirectory() ? null : "it is not a folder";
  } catch (error) {
    return describe(error);
  }
}
