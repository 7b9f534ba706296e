/** Names at the end of a run what was skipped, and for want of which program. */
import path from "node:path";
import type { Reporter, TestModule, TestSuite } from "vitest/node";

/** The suites that `describePeers` marked as `title (missing: a, b)`, file by file. */
export default class MissingPrograms implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows: string[] = [];
    for (const module of modules) {
      const file = path.relative(process.cwd(), module.moduleId);
      for (const suite of module.children.allSuites()) {
        const missing = missingIn(suite);
        if (missing !== null) rows.push(`  ${file}: ${missing}\n`);
      }
    }
    if (rows.length === 0) return;
    process.stdout.write(
      `\nSkipped, because something is not installed (npm run test:peers insists on it):\n${rows.sort().join("")}`,
    );
  }
}

function missingIn(suite: TestSuite): string | null {
  const found = /^(.*) \(missing: (.+)\)$/.exec(suite.name);
  return found === null ? null : `${found[1] ?? ""} needs ${found[2] ?? ""}`;
}
