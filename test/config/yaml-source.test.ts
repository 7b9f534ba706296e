import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { problem } from "../../src/diagnostics/diagnostic.ts";
import { maxFileBytes } from "../../src/config/bytes.ts";
import { readYaml, readYamlText, type YamlSource } from "../../src/config/yaml-source.ts";
import { growth } from "../support/processor-time.ts";

function read(text: string): YamlSource {
  const answer = readYamlText("f.yaml", text);
  if (!answer.ok) throw new Error(JSON.stringify(answer.diagnostics));
  return answer.source;
}

describe("scalars are only what everybody reads alike", () => {
  test.each([
    ["x", "x"],
    ["12", 12],
    ["0", 0],
    ["0644", "0644"],
    ["0o17", "0o17"],
    ["0x1F", "0x1F"],
    ["1_000", "1_000"],
    ["-5", "-5"],
    ["+5", "+5"],
    ["1.5", "1.5"],
    ["1e3", "1e3"],
    [".inf", ".inf"],
    [".nan", ".nan"],
    ["2026-10-02", "2026-10-02"],
    ["no", "no"],
    ["yes", "yes"],
    ["off", "off"],
    ["true", true],
    ["False", false],
    ["null", null],
    ["~", null],
    ["", null],
    ["'12'", "12"],
    ['"true"', "true"],
    ["''", ""],
    ["99999999999999999999", "99999999999999999999"],
  ])("%s", (written, value) => {
    expect({ ...(read(`a: ${written}\n`).value as object) }).toEqual({ a: value });
  });
});

describe("places", () => {
  const place = (text: string, offset: number, length: number): string => {
    const found = read(text).locate(
      ["a"],
      problem("config/duration", { text: "" }, offset, length),
    );
    const at = found.place;
    return `${String(at?.line)}:${String(at?.column)} ${[...(at?.text ?? "")].slice((at?.column ?? 1) - 1, (at?.column ?? 1) - 1 + (at?.length ?? 0)).join("")}`;
  };
  test.each([
    ["plain", "a: one two\n", "1:8 two"],
    ["single quotes", "a: 'one two'\n", "1:9 two"],
    ["double quotes", 'a: "one two"\n', "1:9 two"],
    ["flow", "{b: 1, a: one two}\n", "1:15 two"],
    ["an escape: the whole value", 'a: "\\x6fne two"\n', '1:4 "\\x6fne two"'],
    ["a doubled quote: the whole value", "a: 'o''e two'\n", "1:4 'o''e two'"],
    ["folded lines: the first of them", "a: one\n  two\n", "1:4 one"],
    ["a block scalar: its header", "a: |\n  one two\n", "1:4 |"],
    ["astral characters count once", "{ü: 𝒳, a: one two}\n", "1:15 two"],
    ["CRLF", "b: 1\r\na: one two\r\n", "2:8 two"],
  ])("%s", (_, text, expected) => {
    expect(place(text, 4, 3)).toBe(expected);
  });
});

describe("bounds", () => {
  test("a file of the largest size is read, one byte more is not", () => {
    const head = "domain: example.com\n#";
    const largest = Buffer.from(head + "x".repeat(maxFileBytes - head.length));
    expect(readYaml("f.yaml", largest).ok).toBe(true);
    const answer = readYaml("f.yaml", Buffer.concat([largest, Buffer.from("x")]));
    expect(answer.ok ? [] : answer.diagnostics.map((found) => found.code)).toEqual([
      "file/too-large",
    ]);
  });
  test("a wrong byte is shown where it stands", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.constantFrom(0xff, 0xc0, 0x80, 0xed),
        (text, byte) => {
          const clean = text.replace(/[^\P{C}]|[\u2028\u2029\ufeff]/gu, "");
          const tail = byte === 0xed ? [0xa0, 0x80] : [];
          const answer = readYaml(
            "f.yaml",
            Buffer.from([...Buffer.from(clean), byte, ...tail, 0x21]),
          );
          expect(answer.ok).toBe(false);
          if (answer.ok) return;
          expect(answer.diagnostics[0]?.code).toBe("file/not-utf8");
          expect(answer.diagnostics[0]?.place?.column).toBe([...clean].length + 1);
        },
      ),
    );
  });
  test.each([
    ["brackets", "[".repeat(200_000)],
    ["maps", "{a: ".repeat(100_000)],
    ["dashes", "- ".repeat(200_000)],
    ["questions", "? ".repeat(200_000)],
    ["anchors", `a: ${"&a ".repeat(100_000)}`],
    ["tags", `a: ${"!a ".repeat(100_000)}`],
    ["commas", `a: [${",".repeat(200_000)}]`],
    ["directives", "%a\n".repeat(100_000)],
    ["documents", "---\n".repeat(100_000)],
    ["steps", Array.from({ length: 1500 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["equal keys", "a: 1\n".repeat(100_000)],
  ])("an abuse of %s is one error", (_, text) => {
    const answer = readYamlText("f.yaml", text);
    expect(answer.ok ? [] : answer.diagnostics.length).toBe(1);
  });
  test("many keys are work that is linear", async () => {
    const keys = (size: number): string =>
      Array.from({ length: size * 2500 }, (_, index) => `k${String(index)}: 1\n`).join("");
    expect(Object.keys(read(keys(40)).value as object)).toHaveLength(100_000);
    expect(await growth(keys, read, 1)).toBeLessThan(30);
  });
});
