/** A parser's problem, as a finding repeats it. */
import { explain } from "../diagnostics/catalogue.ts";
import type { Problem } from "../diagnostics/diagnostic.ts";

/** What the first problem of a text is, and how many more there are. */
export interface FirstProblem {
  /** The diagnostic's code, such as `policy/missing-mx`. */
  readonly problem: string;
  readonly said: string;
  readonly advice: string | null;
  readonly more: number;
}

/** Repeats the first of some problems; null where there is none. */
export function firstProblem(problems: readonly Problem[]): FirstProblem | null {
  const [first, ...others] = problems;
  if (first === undefined) return null;
  const { message, fix } = explain(first);
  return { problem: first.code, said: message, advice: fix, more: others.length };
}

/** The first problem's message, and how many more there are. */
export function firstProblemText({ said, more }: FirstProblem): string {
  return more === 0 ? said : `${said}, and ${String(more)} more`;
}
