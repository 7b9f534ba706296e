/** The order in which records are published and removed: policy first, DNS second. */
import { expect, test } from "vitest";
import type { RecordPurpose } from "../../src/site/dns-record.ts";
import { inRemovalOrder, publishingSteps, stepComment } from "../../src/site/publishing-steps.ts";

const record = (purpose: RecordPurpose, once = false) => ({ purpose, once });
const shuffled = [record("mta-sts"), record("policy-host"), record("tls-rpt")];
const purposes = (items: readonly { purpose: RecordPurpose }[]) => items.map((one) => one.purpose);

test("the policy host comes first, the announcement last; removal goes the other way", () => {
  expect(purposes(publishingSteps(shuffled))).toEqual(["policy-host", "tls-rpt", "mta-sts"]);
  expect(purposes(inRemovalOrder(shuffled))).toEqual(["mta-sts", "tls-rpt", "policy-host"]);
});

test("the records of one step alone make that step alone, which names no other", () => {
  const [step, ...others] = publishingSteps([record("tls-rpt")]);
  expect(others).toEqual([]);
  expect(step?.reasons.join(" ")).not.toContain("next step");
  expect(publishingSteps(shuffled)[1]?.reasons.join(" ")).toContain("next step");
});

test("a step that must not be forgotten is given without records", () => {
  expect(publishingSteps([record("mta-sts")], ["policy-host"])).toMatchObject([
    { purpose: "policy-host", records: [] },
    { purpose: "mta-sts", records: [{ once: false }] },
  ]);
});

test("only the announcement waits for the policy", () => {
  const waits = publishingSteps(shuffled).map((step) => {
    return stepComment("a.example", step).some((line) =>
      line.startsWith("Wait until https://mta-sts.a.example/"),
    );
  });
  expect(waits).toEqual([false, false, true]);
});
