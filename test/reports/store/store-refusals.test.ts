/** What people read when the store cannot be used; that each is said where it is true is in store.test.ts. */
import path from "node:path";
import { expect, test, vi } from "vitest";
import { diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import { formatDiagnostic } from "../../../src/cli/text.ts";

vi.mock(import("../../../src/reports/store/duckdb/load.ts"), () => ({
  importDuckDb: () => {
    throw new Error("Cannot find package '@duckdb/node-bindings'");
  },
}));

test("without the package the store is refused, and nothing throws", async () => {
  expect(await openReportStore("never.duckdb", 0)).toMatchObject({
    problems: [{ code: "reports/no-duckdb" }],
  });
});

test("the wording", async () => {
  const file = "reports.duckdb";
  const said = [
    diagnostic("reports/no-duckdb", { detail: "Cannot find package '@duckdb/node-bindings'" }),
    diagnostic("reports/store-busy", { path: file, pid: 4711 }),
    diagnostic("reports/store-busy", { path: file, pid: null }),
    diagnostic("reports/store-damaged", { path: file, detail: "it is cut off" }),
    diagnostic("reports/store-version", { path: file, found: "999" }),
    diagnostic("reports/store-unusable", { path: file, detail: "the disk is full" }),
  ];
  const text = said.map((one) => formatDiagnostic(one, { colour: false })).join("\n");
  await expect(text).toMatchFileSnapshot(
    path.join(import.meta.dirname, "../../golden/reports/store-refusals.txt"),
  );
});
