/** What the log of `reports serve` says of a report: everything in it is a stranger's. */
import { expect, test } from "vitest";
import { aboutReport } from "../../../src/reports/receiver/about-report.ts";
import { parseReport } from "../../../src/reports/intake/parse-report.ts";

function about(organization: unknown, domains: readonly unknown[]): string {
  const json = JSON.stringify({
    "organization-name": organization,
    "date-range": {
      "start-datetime": "2026-01-01T00:00:00Z",
      "end-datetime": "2026-01-01T23:59:59Z",
    },
    "report-id": "1",
    policies: domains.map((domain) => ({
      policy: { "policy-type": "sts", "policy-domain": domain },
      summary: { "total-successful-session-count": 1, "total-failure-session-count": 0 },
    })),
  });
  const verification = { verdict: "unverifiable", signer: null, detail: "" } as const;
  const at = 1_767_400_000;
  const parsed = parseReport(
    Buffer.from(json),
    { via: "https", receivedAt: at, submitter: null, verification },
    { name: "", subjectId: null, domain: null, containerDeviations: [] },
    at,
  );
  return parsed.ok ? aboutReport(parsed.normalised) : parsed.reason;
}

test.each([
  ["Google Inc.", ["example.com"], 'from "Google Inc." for example.com'],
  ["", ["B.example", "a.example"], 'from "" for b.example, a.example'],
  ["A", ["a.example", "a.example", "a.example"], 'from "A" for a.example'],
  ["A", ["a.b", "b.b", "c.b", "d.b"], 'from "A" for a.b, b.b, c.b and 1 other'],
  ["A", ["a.b", "b.b", "c.b", "d.b", "e.b"], 'from "A" for a.b, b.b, c.b and 2 others'],
])("%j %j", (organization, domains, text) => {
  expect(about(organization, domains)).toBe(text);
});

test.each([
  ['x" for paypal.example', ["a.b"], `from "x' for paypal.example" for a.b`],
  ["x\u001b[31m\r\n2026 201 y", ["a.b"], 'from "x\\u{1b}[31m\\u{d}\\u{a}2026 201 y" for a.b'],
  ["\u202egnp", ["a.b"], 'from "\\u{202e}gnp" for a.b'],
  ["x".repeat(500), ["a.b"], `from "${"x".repeat(60)}…" for a.b`],
  ["A", ['a, "b" and 9 others'], `from "A" for "a, 'b' and 9 others"`],
  ["A", [`${"x".repeat(250)} y`], `from "A" for "${"x".repeat(80)}…"`],
])("hostile: %j %j", (organization, domains, text) => {
  expect(about(organization, domains)).toBe(text);
});

test("two thousand domains of controls are one line of bounded length", () => {
  const domains = Array.from({ length: 2000 }, (_, n) => `${"\u202e".repeat(200)}${String(n)}`);
  const text = about("\u202e".repeat(500), domains);
  expect(text).toMatch(/^[ -~…]+ and 1997 others$/);
  expect(text.length).toBeLessThan(3000);
});
