/** `stspress check`: everything that `build` would say, and nothing written. */
import { runBuild } from "../disk/run-build.ts";
import type { Arguments, ExitCode, Io } from "../../cli/io.ts";

/** Runs `check`. */
export function run(args: Arguments, io: Io): Promise<ExitCode> {
  return runBuild(args, io, "check");
}
