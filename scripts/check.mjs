/**
 * Everything that is checked without running the program's tests: `npm run check`. Every step runs,
 * whatever came of the others; one line each, the reasons below it.
 */
import { docs } from "./docs.mjs";
import { direction, seededDirection } from "./lib/direction.mjs";
import { goldenCodes } from "./lib/golden-codes.mjs";
import { packageCheck } from "./lib/package.mjs";
import { tool } from "./lib/run.mjs";

const steps = {
  types: () => passes("tsc", ["-p", "."]),
  "types, records page": () => passes("tsc", ["-p", "src/site/records-page/client"]),
  "types, reports page": () => passes("tsc", ["-p", "src/reports/page/client"]),
  lint: () => passes("eslint", ["--max-warnings=0", "."]),
  format: () => passes("prettier", ["--check", "--log-level=warn", "."]),
  direction,
  "direction, seeded": seededDirection,
  "dead code": () => passes("knip", ["--no-progress"]),
  "golden per code": goldenCodes,
  "docs = program": () => docs({ write: false }),
  package: packageCheck,
};

async function passes(name, args) {
  const { code, output } = await tool(name, args);
  return { ok: code === 0, output };
}

const only = process.argv.slice(2);
const unknown = only.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(
    `no such step: ${unknown.join(", ")}; there are: ${Object.keys(steps).join(" · ")}`,
  );
  process.exit(2);
}

const failed = [];
for (const [name, step] of Object.entries(steps)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const began = performance.now();
  const {
    ok,
    output,
    summary = "",
  } = await step().catch((error) => ({
    ok: false,
    output: `${error.stack}\n`,
  }));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${ok ? "ok    " : "FAILED"}  ${name.padEnd(18)} ${seconds.padStart(5)} s  ${summary}`.trimEnd(),
  );
  if (ok) continue;
  failed.push(name);
  console.log(output.trimEnd().replace(/^/gm, "        "));
}
if (failed.length > 0) {
  console.log(`\n${failed.length} of the checks failed: ${failed.join(" · ")}`);
  process.exitCode = 1;
}
