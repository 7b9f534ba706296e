import os from "node:os";
import { defineConfig } from "vitest/config";
import LongestFirst from "./test/support/longest-first.ts";
import MissingPrograms from "./test/support/missing-programs.ts";
import { temporaryFolder } from "./test/support/temp-folder.ts";

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
    // One more than processors: much of what tests do is to wait for a program, a server or a deadline.
    maxWorkers: os.availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "own",
          include: ["test/**/*.test.ts"],
          exclude: ["test/peers/**"],
          // A guard against what hangs, and nothing else: no test measures the machine.
          testTimeout: 60_000,
          env: { TMPDIR: temporaryFolder() },
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
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
