/** Runs the compiled program beside servers of the same process, which a synchronous child would stop. */
import { spawn } from "node:child_process";
import { program, type Ran } from "./site-folder.ts";

/** Runs a verb for a site folder to its end. */
export function runProgramIn(site: string, args: readonly string[], stdin = ""): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args, "--site", site], {
      env: { PATH: process.env["PATH"] ?? "" },
    });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}
