/** `stspress lint`: the strict verdict of the RFCs on a text from anywhere. */
import type { Context } from "../../cli/context.ts";
import { wantsColour, type ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { readOperand } from "../../cli/read-operand.ts";
import { paint, printable } from "../../cli/text.ts";
import { locate } from "../../diagnostics/diagnostic.ts";
import { success, type Result } from "../../diagnostics/result.ts";
import { lint, type LintKind } from "../lint.ts";

/** Runs `lint --kind KIND [FILE|-]`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { io, operands, options } = context;
  const kind = options.text("kind") as LintKind;
  const file = operands[0] ?? "-";
  const bytes = await readOperand(file, io);
  if (!bytes.ok) return bytes;
  const verdict = lint(kind, bytes.value);
  const name = file === "-" ? "<stdin>" : file;
  const { valid, value } = verdict;
  printResult(context, {
    diagnostics: verdict.problems.map((problem) => locate(name, verdict.text, problem)),
    json: { kind, valid, value },
    text: () => {
      const colour = wantsColour(io, io.outIsTerminal);
      const word = valid ? "valid" : paint("invalid", "error", { colour });
      return `${word}: ${printable(name)} as ${kind}\n`;
    },
  });
  return success(valid ? 0 : 1);
}
