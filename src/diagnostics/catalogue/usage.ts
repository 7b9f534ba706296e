import { entry } from "./entry.ts";
import { quote } from "./quote.ts";

const or = (suggestion: string | null, otherwise: string): string =>
  suggestion === null ? otherwise : `did you mean ${suggestion}?`;

/** What is wrong with a command line. `help` is the command that explains it, such as `stspress help audit`. */
export const usageCodes = {
  "usage/unknown-command": entry<{ command: string; suggestion: string | null }>({
    severity: "error",
    message: (a) => `there is no command ${quote(a.command)}`,
    fix: (a) => or(a.suggestion, "`stspress help` lists the commands"),
  }),
  "usage/unknown-option": entry<{ option: string; suggestion: string | null; help: string }>({
    severity: "error",
    message: (a) => `there is no option ${quote(a.option)}`,
    fix: (a) => or(a.suggestion, `\`${a.help}\` lists the options`),
  }),
  "usage/missing-value": entry<{ option: string; help: string }>({
    severity: "error",
    message: (a) => `${a.option} needs a value`,
    fix: (a) => `\`${a.help}\` says which`,
  }),
  "usage/missing-option": entry<{ option: string; help: string }>({
    severity: "error",
    message: (a) => `${a.option} is missing`,
    fix: (a) => `add it; \`${a.help}\` shows an example`,
  }),
  "usage/missing-operand": entry<{ operand: string; help: string }>({
    severity: "error",
    message: (a) => `the operand <${a.operand}> is missing`,
    fix: (a) => `add it; \`${a.help}\` shows an example`,
  }),
  "usage/extra-operand": entry<{ detail: string; help: string }>({
    severity: "error",
    message: (a) => a.detail,
    fix: (a) => `\`${a.help}\` shows what the command takes`,
  }),
  "usage/value": entry<{ option: string; value: string; expected: string; example: string }>({
    severity: "error",
    message: (a) => `${a.option} is ${quote(a.value)}, which is not ${a.expected}`,
    fix: (a) => `write it like: ${a.example}`,
  }),
  "usage/combination": entry<{ detail: string; example: string }>({
    severity: "error",
    message: (a) => a.detail,
    fix: (a) => `write for example: ${a.example}`,
  }),
} as const;
