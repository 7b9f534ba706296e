/** The order of test files: longest first, so that no processor is left with one of them at the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take longest, in that order; what a machine remembers of earlier runs a clean clone does not know. */
const longest = [
  "test/audit/zoo.test.ts",
  "test/site/cli/robustness.test.ts",
  "test/site/cli/verbs.test.ts",
  "test/site/cli/build.test.ts",
  "test/reports/cli/add.test.ts",
  "test/audit/cli/audit.test.ts",
  "test/config/yaml-source.test.ts",
  "test/reports/store/duckdb.test.ts",
  "test/reports/receiver/receiver-crowd.test.ts",
  "test/audit/probe/smtp-probe.test.ts",
  "test/site/disk/order.test.ts",
  "test/net/dns/hostile.test.ts",
  "test/audit/probe/policy-fetch.test.ts",
  "test/init/cli/init.test.ts",
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
