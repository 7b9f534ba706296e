/** What every verb is given: its arguments, the site folder, the clock, the streams, and the format of its output. */
import fs from "node:fs";
import path from "node:path";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { combine, failure, success, type Result } from "../diagnostics/result.ts";
import { clock } from "../runtime/clock.ts";
import { describe } from "../runtime/system-error.ts";
import type { ExitCode, Io } from "./io.ts";
import { Options, type OptionValues } from "./options.ts";
import { formatOf, type Format } from "./format.ts";

export interface Context {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly io: Io;
  readonly format: Format;
  /** Absolute path of the site folder. */
  readonly root: string;
  /** When the verb began, in Unix seconds: SOURCE_DATE_EPOCH where it is set. */
  readonly now: number;
  /** The time at the moment of the call, in Unix seconds, with the same exception. */
  readonly clock: () => number;
}

/** What a verb does: its exit code, or why it could not do it, which is printed for it (exit code 2). */
export type Run = (context: Context) => Promise<Result<ExitCode>>;

/** Values of a command line, as the tables of verbs declare them. */
export interface Arguments {
  readonly operands: readonly string[];
  readonly options: OptionValues;
}

/** Makes the context of a verb. Only one that takes `--site` has to have a folder and a clock that can be read. */
export function makeContext(
  verb: { readonly name: string; readonly takesSite: boolean },
  { operands, options }: Arguments,
  io: Io,
): Result<Context> {
  const site = options["site"];
  const found = combine({
    root: siteRoot(typeof site === "string" ? site : "."),
    now: readClock(io.env),
  });
  if (!found.ok && verb.takesSite) return found;
  const { root, now } = found.ok ? found.value : { root: path.resolve("."), now: 0 };
  return success({
    operands,
    options: new Options(verb.name, options),
    io,
    format: formatOf(options),
    root,
    now,
    clock: () => clock(io.env["SOURCE_DATE_EPOCH"]) ?? now,
  });
}

function readClock(env: Io["env"]): Result<number> {
  const text = env["SOURCE_DATE_EPOCH"];
  const now = clock(text);
  return now === null ? failure(diagnostic("site/clock", { value: text ?? "" })) : success(now);
}

function siteRoot(site: string): Result<string> {
  const root = path.resolve(site);
  const detail = whyNoFolder(root);
  if (detail === null) return success(root);
  return failure(diagnostic("site/no-folder", { path: site, detail }));
}

function whyNoFolder(folder: string): string | null {
  try {
    return fs.statSync(folder).isDirectory() ? null : "it is not a folder";
  } catch (error) {
    return describe(error);
  }
}
