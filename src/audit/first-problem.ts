/** The problem that a parser found in a live text, as a finding repeats it. */
import { explain, type CodeArgs, type DiagnosticCode } from "../diagnostics/catalogue.ts";
import { problem, type Problem } from "../diagnostics/diagnostic.ts";

/** The first problem of a text, and how many more there are. */
export interface FirstProblem {
  /** The diagnostic's code, such as `policy/missing-mx`. */
  readonly problem: string;
  readonly message: string;
  readonly fix: string | null;
  readonly more: number;
}

/** Gives the first of some problems; null where there is none. */
export function firstProblem(problems: readonly Problem[]): FirstProblem | null {
  const [first, ...others] = problems;
  if (first === undefined) return null;
  const { message, fix } = explain(first);
  return { problem: first.code, message, fix, more: others.length };
}

/** Makes the example of a finding from a diagnostic, worded as its catalogue does. */
export function exampleProblem<C extends DiagnosticCode>(code: C, args: CodeArgs<C>): FirstProblem {
  const { message, fix } = explain(problem(code, args, 0, 0));
  return { problem: code, message, fix, more: 0 };
}

/** The first problem's message, and how many more there are. */
export function firstProblemText({ message, more }: FirstProblem): string {
  return more === 0 ? message : `${message}, and ${String(more)} more`;
}
