/**
 * Golden cases of single texts in two parts: a text, a line of ten hyphens, what people read about it.
 *
 * The beginning of a case's file name says what the text is. `policy`, `record` and `tls-rpt-record`
 * go through {@link lint} as a whole; of `name`, `mx` and `rua` every line is one text. The input is
 * in the notation of {@link goldenBytes}. Below the messages stands the value, where there is one.
 */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { nameCodes } from "../../src/diagnostics/catalogue/name.ts";
import { policyCodes } from "../../src/diagnostics/catalogue/policy.ts";
import { recordCodes } from "../../src/diagnostics/catalogue/record.ts";
import { tlsRptCodes } from "../../src/diagnostics/catalogue/tls-rpt.ts";
import { locate, type Parsed, type Problem } from "../../src/diagnostics/diagnostic.ts";
import { parseMxPattern } from "../../src/mta-sts/mx-pattern.ts";
import { parseDomainName } from "../../src/names/domain-name.ts";
import { formatDiagnostic } from "../../src/cli/text.ts";
import { lint, lintKinds } from "../../src/site/lint.ts";
import { parseRua } from "../../src/tls-rpt/rua.ts";
import { divider, goldenBytes } from "../support/golden-input.ts";

const lineParsers: Readonly<Record<string, (text: string) => Parsed<unknown>>> = {
  name: parseDomainName,
  mx: parseMxPattern,
  rua: parseRua,
};

const folder = path.join(import.meta.dirname, "../golden/lint");
const names = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .sort();

describe("golden texts", () => {
  test.each(names)("%s", (name) => {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, "utf8");
    const end = text.indexOf(divider);
    expect(end, `${name} has no line of ten hyphens`).toBeGreaterThanOrEqual(0);
    const input = text.slice(0, end);
    const actual = say(name, goldenBytes(input));
    // STSPRESS_GOLDEN=write takes what is said now as what is to be said; read the diff.
    if (process.env["STSPRESS_GOLDEN"] === "write")
      fs.writeFileSync(file, input + divider + actual);
    else expect(actual).toBe(text.slice(end + divider.length));
  });

  test("every code about names, policies and records is said in one", () => {
    const said = names
      .map((name) => fs.readFileSync(path.join(folder, name), "utf8").split(divider)[1] ?? "")
      .join("");
    const codes = { ...nameCodes, ...policyCodes, ...recordCodes, ...tlsRptCodes };
    expect(Object.keys(codes).filter((code) => !said.includes(` [${code}]\n`))).toEqual([]);
  });
});

function say(name: string, bytes: Uint8Array): string {
  const kind = lintKinds.find((known) => name.startsWith(`${known}-`));
  if (kind !== undefined) {
    const { text, problems, value } = lint(kind, bytes);
    return print(text, problems, value === null ? [] : [value]);
  }
  const parse = lineParsers[name.split("-", 1)[0] ?? ""];
  if (parse === undefined) throw new Error(`${name} does not begin with a kind of text`);
  const text = new TextDecoder().decode(bytes);
  const problems: Problem[] = [];
  const values: unknown[] = [];
  let start = 0;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const parsed = parse(line);
    if (parsed.ok) values.push(parsed.value);
    for (const found of parsed.ok ? parsed.warnings : parsed.problems) {
      problems.push({ ...found, offset: found.offset + start });
    }
    start += line.length + 1;
  }
  return print(text, problems, values);
}

function print(text: string, problems: readonly Problem[], values: readonly unknown[]): string {
  const said = problems.map((found) =>
    formatDiagnostic(locate("input", text, found), { colour: false }),
  );
  return said.join("") + values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
