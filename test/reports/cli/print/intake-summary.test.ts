import { expect, test } from "vitest";
import { describeIntake, maxListed } from "../../../../src/reports/cli/print/intake-summary.ts";

const sources = ["file or mail", "files and mails"] as const;
const none = { added: 0, duplicates: 0, quarantined: 0, notReports: 0 };

test("one and many are worded as such", () => {
  expect(describeIntake({ ...none, added: 1, duplicates: 1, notReports: 1 }, [], sources)).toBe(
    "1 report added\n1 was already there\n1 file or mail contains no report\n",
  );
  expect(describeIntake({ ...none, duplicates: 2, notReports: 3 }, [], sources)).toBe(
    "0 reports added\n2 were already there\n3 files and mails contain no report\n",
  );
});

test("what cannot be read is told with its reason, and where it is", () => {
  const large = { source: "in/\u001b[2J", reasons: ["too-large"], isCopied: false } as const;
  const cut = { source: "b.gz", reasons: ["gzip-damaged", "bomb"], isCopied: true } as const;
  expect(describeIntake({ ...none, quarantined: 1 }, [large], sources)).toBe(
    "0 reports added\n1 cannot be read:\n  in/\\u{1b}[2J: it is too large to be a report; not copied to the quarantine\n",
  );
  const many = Array.from({ length: maxListed + 5 }, () => cut);
  const text = describeIntake({ ...none, quarantined: 40 }, many, sources);
  expect(text).toContain("40 cannot be read; see .stspress/reports/quarantine/:\n");
  expect(text).toContain(
    "  b.gz: the gzip data is damaged or truncated; it becomes too large when it is decompressed\n",
  );
  expect(text.split("\n").filter((line) => line.startsWith("  b.gz"))).toHaveLength(maxListed);
  expect(text).toMatch(/ {2}and 20 more\n$/);
});
