import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { configCodes } from "../../src/diagnostics/catalogue/config.ts";
import { fileCodes } from "../../src/diagnostics/catalogue/file.ts";
import { divider } from "../support/golden-input.ts";
import { filesOf, printRead, readSite } from "./golden-case.ts";

const folder = path.join(import.meta.dirname, "../golden/config");
const names = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .sort();

describe("golden sites", () => {
  test.each(names)("%s", (name) => {
    const file = path.join(folder, name);
    const text = fs.readFileSync(file, "utf8");
    const end = text.indexOf(divider);
    expect(end, `${name} has no line of ten hyphens`).toBeGreaterThan(0);
    const input = text.slice(0, end);
    const actual = printRead(readSite(filesOf(input)));
    // STSPRESS_GOLDEN=write takes what is said now as what is to be said; read the diff.
    if (process.env["STSPRESS_GOLDEN"] === "write")
      fs.writeFileSync(file, input + divider + actual);
    else expect(actual).toBe(text.slice(end + divider.length));
  });

  test("every code of the catalogue stands in a golden", () => {
    const said = names
      .map((name) => fs.readFileSync(path.join(folder, name), "utf8").split(divider)[1] ?? "")
      .join("");
    const silent = Object.keys({ ...configCodes, ...fileCodes }).filter(
      (code) => !new RegExp(`^(error|warning|note) ${code}( |$)`, "m").test(said),
    );
    expect(silent).toEqual([]);
  });
});
