/** What the reports page's client works out without a browser. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  readCell,
  readDayTable,
  stack,
  together,
  totalOf,
} from "../../../src/reports/page/client/day-table.ts";
import { readChoice, RowIndex, writeChoice } from "../../../src/reports/page/client/row-index.ts";

describe("a table’s cells", () => {
  test.each([
    ["3 / 1,234", { failures: 3, sessions: 1234 }],
    ["12,345", { failures: 12_345, sessions: null }],
    ["0", { failures: 0, sessions: null }],
    [" 0 / 0 ", { failures: 0, sessions: 0 }],
    ["–", null],
    ["", null],
    ["-3", null],
    ["1 / ", null],
  ])("%j", (text, cell) => {
    expect(readCell(text)).toEqual(cell);
  });

  test("make series with one cell for each day, at noon", () => {
    const table = readDayTable(
      ["a", "b"],
      [
        ["2026-11-01", "1 / 10", "–"],
        ["2026-11-02", "2 / 20", "3 / 30"],
      ],
    );
    expect(table.noons).toEqual([1_793_534_400, 1_793_620_800]);
    expect(table.series.map(totalOf)).toEqual([
      { failures: 3, sessions: 30 },
      { failures: 3, sessions: 30 },
    ]);
    expect(together("all", table.series).cells).toEqual([
      { failures: 1, sessions: 10 },
      { failures: 5, sessions: 50 },
    ]);
  });
});

test("bars stand upon each other, and a day that nobody covers has none", () => {
  expect(
    stack([
      [1, null, null, 4],
      [2, 3, null, 0],
    ]),
  ).toEqual([
    [1, null, null, 4],
    [3, 3, null, 4],
  ]);
});

describe("the search", () => {
  const index = new RowIndex([
    { name: "example.com emergency certificate", health: "emergency" },
    { name: "xn--bcher-kva.example bücher.example", health: "good" },
    { name: "example.org", health: "good" },
  ]);

  test.each([
    ["", "", [0, 1, 2]],
    ["EXAMPLE", "", [0, 1, 2]],
    ["bu\u0308cher", "", [1]],
    ["org example", "", [2]],
    ["certificate", "good", []],
    ["", "good", [1, 2]],
    ["", "no such health", []],
  ])("%j among %j", (query, health, found) => {
    expect([...index.find(query, health)]).toEqual(found);
  });

  test("is kept in the address, whatever was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (query, health) => {
        expect(readChoice(writeChoice({ query, health }))).toEqual({ query, health });
      }),
    );
    expect(writeChoice({ query: "", health: "" })).toBe("");
    expect(readChoice("%%%&&==")).toEqual({ query: "", health: "" });
  });
});
