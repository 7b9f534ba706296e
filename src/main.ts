/** argv → exit code; the only user of the process. Bugs and broken environments end here. */
import fs from "node:fs";
import process from "node:process";
import { formatOfWords, jsonVersion } from "./cli/format.ts";
import type { Io } from "./cli/io.ts";
import { version } from "./cli/version.ts";

const argv = process.argv.slice(2);

const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readStdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  },
  stopRequested: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGTERM", "SIGINT"]) {
        process.once(signal, () => {
          resolve();
        });
      }
    }),
  env: process.env,
  outIsTerminal: process.stdout.isTTY,
  errIsTerminal: process.stderr.isTTY,
};

// A reader that has seen enough (`| head`) is no error, and the verdict stays what it was.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    // Written to the descriptor: the stream may be the one that failed.
    complain(`stspress: the output cannot be written: ${error.code ?? error.message}\n`);
    process.exit(2);
  });
}

function complain(text: string): void {
  try {
    fs.writeSync(2, text);
  } catch {
    // Nobody is there to be told.
  }
}

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  io.out(`${version}\n`);
} else {
  try {
    const [{ runProgram }, { registry }] = await Promise.all([
      import("./cli/program.ts"),
      import("./verbs.ts"),
    ]);
    process.exitCode = await runProgram(argv, io, registry);
  } catch (error) {
    reportBug(error);
    process.exitCode = 2;
  }
}

/** Says that the program itself failed; in JSON where that was asked for. */
function reportBug(error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error);
  const message = `this should not have happened: ${detail}`;
  const fix = "set STSPRESS_DEBUG=1 to see where, and report it";
  const format = formatOfWords(argv);
  if (format === "json" || format === "jsonl") {
    const none = { source: null, place: null, related: [] };
    const diagnostics = [{ code: "bug", severity: "error", message, fix, ...none }];
    io.out(`${JSON.stringify({ version: jsonVersion, diagnostics })}\n`);
  }
  const debug = process.env["STSPRESS_DEBUG"] ?? "";
  io.err(`stspress: ${message}\n`);
  if (debug !== "" && error instanceof Error) io.err(`${error.stack ?? ""}\n`);
  else io.err(`  fix: ${fix}\n`);
}
