/** The shape of a rule: a table of codes and a pure function. Each is a file in rules/. */
import type { Subject } from "./subject.ts";
import type { FindingProse, RawFinding, FindingPlace } from "./finding.ts";

// The arguments of different codes differ; `Found` ties each to its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type CodeTable = Readonly<Record<string, FindingProse<any>>>;

/** The arguments of one code of a table. */
export type ArgsOf<T extends CodeTable, C extends keyof T> = Parameters<T[C]["message"]>[0];

/** A finding of a table's codes. */
export type Found<T extends CodeTable> = {
  [C in keyof T & string]: RawFinding<C, ArgsOf<T, C>>;
}[keyof T & string];

/** A rule with any codes. */
export interface AnyRule {
  readonly codes: CodeTable;
  readonly judge: (subject: Subject) => readonly RawFinding<string, unknown>[];
}

export interface Rule<T extends CodeTable> {
  readonly codes: T;
  /** Never throws, whatever the evidence says. */
  readonly judge: (subject: Subject) => readonly Found<T>[];
}

/** Makes a rule; `judge` gets a function that adds a finding of the rule's codes. */
export function defineRule<T extends CodeTable>(
  codes: T,
  judge: (
    subject: Subject,
    add: <C extends keyof T & string>(code: C, args: ArgsOf<T, C>, where: FindingPlace) => void,
  ) => void,
): Rule<T> {
  return {
    codes,
    judge: (subject) => {
      const found: Found<T>[] = [];
      judge(subject, (code, args, where) => {
        // One generic pair of code and args is exactly one member of the union; tsc cannot see that.
        found.push({ code, args, where });
      });
      return found;
    },
  };
}
