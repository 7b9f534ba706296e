import { defineConfig } from "vitest/config";
import MissingPrograms from "./test/support/missing-programs.ts";

// Where a script wants to count: `STSPRESS_RESULTS=file.json npm test`.
const results = process.env["STSPRESS_RESULTS"];

export default defineConfig({
  test: {
    reporters: [
      "default",
      new MissingPrograms(),
      ...(results === undefined
        ? []
        : [["json", { outputFile: results }] satisfies [string, object]]),
    ],
    projects: [
      {
        extends: true,
        test: {
          name: "own",
          include: ["test/**/*.test.ts"],
          exclude: ["test/peers/**"],
          testTimeout: 20_000,
        },
      },
      {
        // Real servers and browsers: each file starts its own, so one file at a time.
        extends: true,
        test: {
          name: "peers",
          include: ["test/peers/**/*.test.ts"],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          fileParallelism: false,
          // A browser or a server on a busy machine may miss a moment once; what is broken fails twice.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
