/** Runs a program to its end. */
import { execFile } from "node:child_process";
import { programPath } from "./programs.ts";
import type { Launch } from "./daemon.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program; a failing exit code is a result, not an exception. */
export function run(program: string, args: readonly string[], launch: Launch = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      programPath(program),
      args,
      {
        cwd: launch.cwd,
        env: { ...process.env, ...launch.env },
        encoding: "buffer",
        timeout: 60_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr: stderr.toString("utf8") });
      },
    );
  });
}

/** Runs a program that must succeed; gives what it wrote to stdout. */
export async function runOk(
  program: string,
  args: readonly string[],
  launch: Launch = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, launch);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${String(code)}\n${stderr}`);
  return stdout.toString("utf8");
}
