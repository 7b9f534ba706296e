/** Runs a verb of the reports within the test's own process. */
import type { Arguments, ExitCode, Run } from "../../../src/cli/io.ts";

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** `now` is in Unix seconds; nothing is a terminal, but for stdout where it is said. */
export async function runVerb(
  run: Run,
  args: Arguments,
  now: number,
  outIsTerminal = false,
): Promise<Ran> {
  const told = { out: "", err: "" };
  const code = await run(args, {
    out: (text) => void (told.out += text),
    err: (text) => void (told.err += text),
    readStdin: () => Promise.resolve(new Uint8Array()),
    stopRequested: () => new Promise(() => undefined),
    env: { SOURCE_DATE_EPOCH: String(now), NO_COLOR: "1" },
    outIsTerminal,
    errIsTerminal: false,
  });
  return { code, ...told };
}
