/** `stspress lint`: the strict verdict of the RFCs on a text from anywhere. */
import { locate } from "../../diagnostics/diagnostic.ts";
import { paint, printable } from "../../cli/text.ts";
import { lint, type LintKind } from "../lint.ts";
import { textOption, wantsColour, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { readOperand } from "../../cli/read-operand.ts";
import { formatOf, tell } from "../../cli/report.ts";

/** Runs `lint --kind KIND [FILE|-]`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const kind = textOption(args, "kind") as LintKind;
  const file = args.operands[0] ?? "-";
  const bytes = await readOperand(file, io);
  if ("code" in bytes) {
    tell([bytes], format, io, {});
    return 2;
  }
  const verdict = lint(kind, bytes);
  const name = file === "-" ? "<stdin>" : file;
  const found = verdict.problems.map((problem) => locate(name, verdict.text, problem));
  tell(found, format, io, { kind, valid: verdict.valid, value: verdict.value });
  if (format === "text") {
    const options = { colour: wantsColour(io, io.outIsTerminal) };
    const word = verdict.valid ? "valid" : paint("invalid", "error", options);
    io.out(`${word}: ${printable(name)} as ${kind}\n`);
  }
  return verdict.valid ? 0 : 1;
}
