/** `stspress check`: everything that `build` would say, and nothing written. */
import { runBuild } from "./build.ts";
import type { Arguments, ExitCode, Io } from "./io.ts";

/** Runs `check`. */
export function run(args: Arguments, io: Io): Promise<ExitCode> {
  return runBuild(args, io, "check");
}
