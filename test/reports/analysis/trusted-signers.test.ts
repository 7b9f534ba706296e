import fc from "fast-check";
import { expect, test } from "vitest";
import { countsForRollout, trustedSigners } from "../../../src/reports/analysis/trusted-signers.ts";

test("the well-known signers are trusted, and those that the user names", () => {
  const trusted = trustedSigners(["reporter.example", "google.com"]);
  expect(trusted).toEqual(["google.com", "microsoft.com", "reporter.example"]);
  const counts = (signer: string | null) => countsForRollout(signer, "verified", trusted);
  expect(["google.com", "bounce.google.com", "reporter.example"].map(counts)).toEqual([
    true,
    true,
    true,
  ]);
  expect(
    ["evil.example", "notgoogle.com", "google.com.evil.example", "com", "example", null].map(
      counts,
    ),
  ).toEqual([false, false, false, false, false, false]);
});

test("what no trusted domain has signed counts for nothing, unless the user trusts everybody", () => {
  fc.assert(
    fc.property(fc.domain(), fc.array(fc.domain()), (signer, own) => {
      const trusted = trustedSigners(own);
      const isBelow = trusted.some((one) => `.${signer}`.endsWith(`.${one}`));
      expect(countsForRollout(signer, "verified", trusted)).toBe(isBelow);
      expect(countsForRollout(signer, "all", trusted)).toBe(true);
      expect(countsForRollout(null, "all", trusted)).toBe(true);
    }),
  );
});
