/** What others sign changes no evidence, also when they say first what a trusted reporter will say. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import { daysOf } from "../../../src/reports/analysis/days.ts";
import {
  rolloutEvidence,
  type RolloutEvidence,
} from "../../../src/reports/analysis/rollout-evidence.ts";
import type { NewReport, ReportStore } from "../../../src/reports/store/store-port.ts";
import { asNew, packed, policy, report, unverifiable, verified } from "../support/reports.ts";
import { hasDuckDb, withDuckDb } from "../support/has-duckdb.ts";
import type { Arrival } from "../../../src/reports/arrival.ts";

const november = { from: "2026-11-01", to: "2026-11-30" };
const nth = (n: number): string => `2026-11-${String(n).padStart(2, "0")}`;
const by = (signer: string): Arrival => ({
  ...verified,
  submitter: signer,
  verification: { verdict: "verified", signer, detail: "key s1" },
});

describe.skipIf(!hasDuckDb)(withDuckDb("forged reports"), () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-forged-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  /** A store of its own with batches of reports, in which Google is trusted. */
  const withReports = async <T>(
    batches: readonly (readonly NewReport[])[],
    use: (store: ReportStore) => Promise<T>,
  ): Promise<T> => {
    const file = path.join(folder, "a.duckdb");
    fs.rmSync(file, { force: true });
    const opened = await openReportStore(file, 0);
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    const store = opened.value;
    try {
      await store.trust(["google.com"]);
      for (const batch of batches) await store.add(batch.map(packed), []);
      return await use(store);
    } finally {
      await store.close();
    }
  };
  const evidence = async (store: ReportStore): Promise<RolloutEvidence | null> => {
    for await (const one of store.series(november)) {
      return rolloutEvidence(one, daysOf(november), november.from, "verified");
    }
    return null;
  };

  test("no set of them changes the evidence", async () => {
    const honest = Array.from({ length: 20 }, (_, at) =>
      asNew(report(nth(at + 1), { organization: "Google Inc." }), by("google.com")),
    );
    const signer = fc.constantFrom(
      "evil.example",
      "evilgoogle.com",
      "google.com.evil.example",
      null,
    );
    const invented = fc.record({
      day: fc.integer({ min: 1, max: 30 }),
      organization: fc.constantFrom("Google Inc.", "Evil"),
      reportId: fc.string({ maxLength: 8 }),
      successes: fc.constantFrom(0, 100, 1_000_000, Number.MAX_SAFE_INTEGER),
      failures: fc.constantFrom(0, 5, 1_000_000),
      signer,
    });
    // Word for word what the honest one says of that day.
    const copied = fc.record({ day: fc.integer({ min: 1, max: 20 }), signer }).map((one) => ({
      ...one,
      organization: "Google Inc.",
      reportId: `id-${nth(one.day)}`,
      successes: 100,
      failures: 0,
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(invented, copied), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 20 }),
        fc.constantFrom("before", "after", "together"),
        async (forgeries, count, when) => {
          const own = [asNew(report(nth(30)), unverifiable), ...honest.slice(0, count)];
          const others = forgeries.map(({ day, signer, reportId, organization, ...sessions }) =>
            asNew(
              report(nth(day), {
                organization,
                reportId,
                policies: [policy(sessions)],
              }),
              signer === null ? unverifiable : by(signer),
            ),
          );
          const batches = {
            before: [others, own],
            after: [own, others],
            together: [[...others, ...own, ...others]],
          };
          expect(await withReports(batches[when], evidence)).toEqual(
            await withReports([own], evidence),
          );
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  test("a report that two have signed is there once, and is of both", async () => {
    const one = report("2026-11-03", { organization: "Google Inc." });
    const signed = ["evil.example", "google.com", "also.example"].map((signer) =>
      asNew(one, by(signer)),
    );
    const [evil, google, also] = signed.map(packed);
    if (evil === undefined || google === undefined || also === undefined) throw new Error();
    const plain = packed(asNew(one, unverifiable));
    await withReports([], async (store) => {
      expect(await store.known([plain, evil])).toEqual([false, false]);
      expect(await store.add([plain, evil], [])).toEqual({ added: 1, duplicates: 1 });
      expect(await evidence(store)).toMatchObject({ days: 0 });
      expect(await store.known([plain, evil, google])).toEqual([true, true, false]);
      expect(await store.add([google, google], [])).toEqual({ added: 0, duplicates: 2 });
      // From then on nothing of it is new: a mailbox can be taken in every day.
      expect(await store.known([plain, evil, google, also])).toEqual([true, true, true, false]);
      expect(await store.add([google, evil], [])).toEqual({ added: 0, duplicates: 2 });
      await store.add([also], []);
      for await (const series of store.series(november)) {
        expect([series.entries[2], series.successes[2]]).toEqual([1, 100]);
        expect([series.verifiedSuccesses[2], series.trustedSuccesses[2]]).toEqual([100, 100]);
      }
      expect(
        (await store.senders()).map(({ signer, reports, signers }) => [signer, reports, signers]),
      ).toEqual([
        ["also.example", 1, ["also.example"]],
        ["evil.example", 1, ["evil.example"]],
        ["google.com", 1, ["google.com"]],
      ]);
    });
  });
});
