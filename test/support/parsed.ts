import fc from "fast-check";
import { expect } from "vitest";
import { explain } from "../../src/diagnostics/catalogue.ts";
import type { Parsed, Problem } from "../../src/diagnostics/diagnostic.ts";

/** Runs per property; `STSPRESS_FC_RUNS=100000` for the thorough look. */
export const runs = { numRuns: Number(process.env["STSPRESS_FC_RUNS"] ?? "1000") };

/** `code@offset` or `code@offset+length` of every problem, whether the text was taken or not. */
export function problemsOf(parsed: Parsed<unknown>): string[] {
  return listed(parsed.ok ? parsed.warnings : parsed.problems);
}

export function listed(problems: readonly Problem[]): string[] {
  return problems.map(({ code, offset, length }) => `${code}@${String(offset)}+${String(length)}`);
}

/** The texts of the only problem, for tests of wording. */
export function wording(parsed: Parsed<unknown>): { message: string; fix: string | null } {
  const found = parsed.ok ? parsed.warnings : parsed.problems;
  expect(found).toHaveLength(1);
  const [only] = found;
  if (only === undefined) throw new Error("there is no problem");
  const { message, fix } = explain(only);
  return { message, fix };
}

/** Every problem lies within the text, is worded in bounded space, and refusals hold an error. */
export function expectSound(text: string, parsed: Parsed<unknown>): void {
  const found = parsed.ok ? parsed.warnings : parsed.problems;
  const severities = found.map((problem) => {
    const { message, fix, severity } = explain(problem);
    expect(problem.offset).toBeGreaterThanOrEqual(0);
    expect(problem.length).toBeGreaterThanOrEqual(0);
    expect(problem.offset + problem.length).toBeLessThanOrEqual(text.length);
    expect(message.length + (fix?.length ?? 0)).toBeLessThan(700);
    return severity;
  });
  expect(severities.includes("error")).toBe(!parsed.ok);
}

/** Any string at all: lone surrogates, controls, and texts that nearly fit a grammar. */
export function hostileText(words: readonly string[]): fc.Arbitrary<string> {
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "\0",
        "\ud800",
        "\ufeff",
        "é",
        "\u2028",
        ".",
        ":",
        "=",
        ";",
        ",",
        "*",
        "%",
        "@",
        "!",
        "/",
        "_",
        "-",
        '"',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
  );
  return fc.oneof(
    fc.array(word, { maxLength: 24 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  );
}
