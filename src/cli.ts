/** argv → exit code; the only user of the process. Bugs and broken environments end here. */
import process from "node:process";
import type { Io } from "./commands/io.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);

const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readStdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  },
  env: process.env,
  outIsTerminal: process.stdout.isTTY,
  errIsTerminal: process.stderr.isTTY,
};

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exitCode = 0;
});

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  io.out(`${version}\n`);
} else {
  try {
    const { runProgram } = await import("./commands/program.ts");
    process.exitCode = await runProgram(argv, io);
  } catch (error) {
    const debug = process.env["STSPRESS_DEBUG"];
    const text = error instanceof Error ? error.message : String(error);
    io.err(`stspress: this should not have happened: ${text}\n`);
    if (debug !== undefined && debug !== "" && error instanceof Error) io.err(`${error.stack ?? ""}\n`);
    else io.err("  fix: set STSPRESS_DEBUG=1 to see where, and report it\n");
    process.exitCode = 2;
  }
}
