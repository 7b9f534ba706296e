/** What the command line parser refuses → a diagnostic, like everything else that is wrong. */
import type { CommanderError } from "commander";
import { diagnostic, type Diagnostic } from "../diagnostics/diagnostic.ts";

/**
 * Turns the parser's error into a diagnostic. `verb` is the one that was called; null: none that exists.
 * @throws the error itself where it is of a kind that this program does not cause
 */
export function usageDiagnostic(error: CommanderError, verb: string | null): Diagnostic {
  const help = verb === null ? "stspress help" : `stspress help ${verb}`;
  const detail = error.message.replace(/^error: /, "");
  // The parser words its errors in English only, and quotes what it is about.
  const quoted = [...detail.matchAll(/'([^']*)'/gs)].map((match) => match[1] ?? "");
  const [first = "", second = ""] = quoted;
  const flag = first.replace(/ .*/s, "");
  const suggestion = /\(Did you mean (?:one of )?(.+?)\?\)/s.exec(detail)?.[1] ?? null;
  switch (error.code) {
    case "commander.unknownCommand":
      return diagnostic("usage/unknown-command", { command: first, suggestion });
    case "commander.unknownOption":
      return diagnostic("usage/unknown-option", { option: first, suggestion, help });
    case "commander.optionMissingArgument":
      return diagnostic("usage/missing-value", { option: flag, help });
    case "commander.missingMandatoryOptionValue":
      return diagnostic("usage/missing-option", { option: flag, help });
    case "commander.missingArgument":
      return diagnostic("usage/missing-operand", { operand: first, help });
    case "commander.excessArguments":
      return diagnostic("usage/extra-operand", { detail: firstSentence(detail), help });
    case "commander.invalidArgument": {
      const choices = /Allowed choices are (.+)\.$/s.exec(detail)?.[1]?.split(", ") ?? [];
      return diagnostic("usage/value", {
        option: flag,
        value: second,
        expected: `one of ${choices.join(", ")}`,
        example: `stspress ${verb ?? ""} ${flag} ${choices[0] ?? ""}`,
      });
    }
    default:
      throw error;
  }
}

function firstSentence(text: string): string {
  return text.replace(/\.$/, "").replace(/\. Expected/, ": expected");
}
