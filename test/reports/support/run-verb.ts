/** Runs a verb of the reports within the test's own process. */
import { makeContext, type Arguments } from "../../../src/cli/context.ts";
import { formatOf } from "../../../src/cli/format.ts";
import type { ExitCode, Io } from "../../../src/cli/io.ts";
import { printDiagnostics } from "../../../src/cli/output.ts";
import { reportVerbs } from "../../../src/reports/cli/verbs.ts";

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** `name` is a verb's, such as `reports add`; `now` is in Unix seconds; nothing is a terminal, but for stdout where it is said. */
export async function runVerb(
  name: string,
  args: Arguments,
  now: number,
  outIsTerminal = false,
): Promise<Ran> {
  const verb = reportVerbs.find((one) => one.name === name);
  if (verb === undefined) throw new Error(`there is no verb ${name}`);
  const { run } = await verb.load();
  const told = { out: "", err: "" };
  const io: Io = {
    out: (text) => void (told.out += text),
    err: (text) => void (told.err += text),
    readStdin: () => Promise.resolve(new Uint8Array()),
    stopRequested: () => new Promise(() => undefined),
    env: { SOURCE_DATE_EPOCH: String(now), NO_COLOR: "1" },
    outIsTerminal,
    errIsTerminal: false,
  };
  const context = makeContext({ name, takesSite: true }, args, io);
  const done = context.ok ? await run(context.value) : context;
  if (done.ok) return { code: done.value, ...told };
  // As the program does it.
  printDiagnostics(done.problems, formatOf(args.options), io);
  return { code: 2, ...told };
}
