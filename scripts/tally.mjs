/**
 * Counts the tests in vitest's JSON results, each test once however many runs it took part in, and
 * prints `N passed, N failed`. A test that failed in any run has failed; so has a file that could not
 * be loaded, and a run that left no results. Exit code 1 when something failed or nothing ran.
 */
import fs from "node:fs";
import path from "node:path";

const passed = new Set();
const failed = new Set();
for (const file of process.argv.slice(2)) {
  let run;
  try {
    run = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    failed.add(`no results of ${path.basename(file)}: ${error.message}`);
    continue;
  }
  const before = failed.size;
  for (const { name, status, assertionResults } of run.testResults) {
    // A run may be that of another clone.
    const where = /\/(test\/.*)$/.exec(name)?.[1] ?? name;
    for (const test of assertionResults) {
      if (test.status === "passed") passed.add(`${where}: ${test.fullName}`);
      if (test.status === "failed") failed.add(`${where}: ${test.fullName}`);
    }
    const told = assertionResults.some((test) => test.status === "failed");
    if (status === "failed" && !told) failed.add(`${where}: could not be run`);
  }
  // An error outside every test, an unhandled rejection say, fails the run alone.
  if (run.success === false && failed.size === before)
    failed.add(`${path.basename(file)}: the run itself`);
}
for (const one of failed) passed.delete(one);

for (const one of [...failed].sort()) console.log(`failed: ${one}`);
console.log(`${passed.size} passed, ${failed.size} failed`);
process.exitCode = failed.size > 0 || passed.size === 0 ? 1 : 0;
