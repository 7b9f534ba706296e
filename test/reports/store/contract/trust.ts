/** What others sign changes no evidence, also when they say first what a trusted reporter will say. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { daysOf } from "../../../../src/reports/analysis/days.ts";
import {
  rolloutEvidence,
  type RolloutEvidence,
} from "../../../../src/reports/analysis/rollout-evidence.ts";
import type { NewReport } from "../../../../src/reports/new-report.ts";
import type { ReportStore } from "../../../../src/reports/store/port.ts";
import { asNew, forgedBy, policy, report, signedBy, unverifiable } from "../../support/reports.ts";
import {
  add,
  changing,
  november,
  openForTest,
  seriesOf,
  withFresh,
  type OpenFresh,
} from "./support.ts";

const nth = (n: number): string => `2026-11-${String(n).padStart(2, "0")}`;

async function evidenceOf(store: ReportStore): Promise<RolloutEvidence | null> {
  const [series] = await seriesOf(store);
  return series === undefined
    ? null
    : rolloutEvidence(series, daysOf(november), november.from, "verified");
}

export function trustContract(openFresh: OpenFresh): void {
  test("a name proves nothing: only what a trusted signer has sent is evidence", async () => {
    const { store, reopen } = await openForTest(openFresh);
    const google = (day: string, successes: number) =>
      report(day, {
        organization: "Google Inc.",
        policies: [policy({ successes, failures: 1 })],
      });
    await add(store, [
      asNew(google("2026-11-03", 100), signedBy("google.com")),
      asNew(google("2026-11-03", 1_000_000), signedBy("evil.example")),
      asNew(google("2026-11-04", 5), signedBy("reports.partner.example")),
      asNew(google("2026-11-05", 7), unverifiable),
    ]);
    const trusted = async (from: ReportStore): Promise<number[]> => {
      const [series] = await seriesOf(from);
      return [2, 3, 4].flatMap((day) => [
        series?.trustedSuccesses[day] ?? NaN,
        series?.trustedFailures[day] ?? NaN,
      ]);
    };
    // Nobody is trusted until somebody says who.
    expect(await trusted(store)).toEqual([0, 0, 0, 0, 0, 0]);
    await store.trust(["google.com"]);
    expect(await trusted(store)).toEqual([100, 1, 0, 0, 0, 0]);
    // A domain stands for those below it, and for no others that end like it.
    await store.trust(["partner.example", "google.com", "ner.example"]);
    expect(await trusted(store)).toEqual([100, 1, 5, 1, 0, 0]);
    await store.trust(["ner.example", "oogle.com"]);
    expect(await trusted(store)).toEqual([0, 0, 0, 0, 0, 0]);
    // It is remembered, and taken back.
    await store.trust(["partner.example", "google.com"]);
    const again = await reopen();
    expect(await trusted(again)).toEqual([100, 1, 5, 1, 0, 0]);
    await again.trust([]);
    expect(await trusted(again)).toEqual([0, 0, 0, 0, 0, 0]);
    const [series] = await seriesOf(again);
    expect([...(series?.verifiedSuccesses ?? [])].slice(2, 5)).toEqual([1_000_100, 5, 0]);
    // What is verified later is evidence then.
    await again.trust(["google.com"]);
    await add(again, [asNew(google("2026-11-05", 7), signedBy("google.com"))]);
    expect(await trusted(again)).toEqual([100, 1, 0, 0, 7, 1]);

    const senders = await again.senders();
    expect(
      senders.map(({ organization, signer, reports }) => [organization, signer, reports]),
    ).toEqual([
      ["Google Inc.", "google.com", 2],
      ["Google Inc.", "evil.example", 1],
      ["Google Inc.", "reports.partner.example", 1],
    ]);
  });

  test("a signature that does not hold proves nothing", async () => {
    const { store } = await openForTest(openFresh);
    await store.trust(["google.com"]);
    await add(store, [
      asNew(report("2026-11-03"), signedBy("google.com")),
      asNew(report("2026-11-03", { reportId: "forged" }), forgedBy("google.com")),
    ]);
    const [series] = await seriesOf(store);
    expect([series?.successes[2], series?.verifiedSuccesses[2]]).toEqual([200, 100]);
    expect(series?.trustedSuccesses[2]).toBe(100);
    const habits = await store.senders();
    expect(habits.map(({ signer, signers }) => [signer, signers])).toEqual([
      ["google.com", ["google.com"]],
      [null, ["google.com"]],
    ]);
  });

  test("no set of forged reports changes the evidence", async () => {
    const honest = Array.from({ length: 20 }, (_, at) =>
      asNew(report(nth(at + 1), { organization: "Google Inc." }), signedBy("google.com")),
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
    const evidenceOfAll = (batches: readonly (readonly NewReport[])[]) =>
      withFresh(openFresh, async (store) => {
        await store.trust(["google.com"]);
        for (const batch of batches) await add(store, batch);
        return evidenceOf(store);
      });
    /** By how many honest reports there are. */
    const expected = new Map<number, RolloutEvidence | null>();
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
              signer === null ? unverifiable : signedBy(signer),
            ),
          );
          const batches = {
            before: [others, own],
            after: [own, others],
            together: [[...others, ...own, ...others]],
          };
          if (!expected.has(count)) expected.set(count, await evidenceOfAll([own]));
          expect(await evidenceOfAll(batches[when])).toEqual(expected.get(count));
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  test("a report that two have signed is there once, and is of both", async () => {
    const { store } = await openForTest(openFresh);
    const one = report("2026-11-03", { organization: "Google Inc." });
    const [evil, google, also] = [
      asNew(one, signedBy("evil.example")),
      asNew(one, signedBy("google.com")),
      asNew(one, signedBy("also.example")),
    ];
    const plain = asNew(one, unverifiable);
    await store.trust(["google.com"]);
    expect(await changing(store, [plain, evil])).toEqual([0, 1]);
    expect(await add(store, [plain, evil])).toEqual({ added: 1, duplicates: 1 });
    expect(await evidenceOf(store)).toMatchObject({ days: 0 });
    expect(await changing(store, [plain, evil, google])).toEqual([2]);
    expect(await add(store, [google, google])).toEqual({ added: 0, duplicates: 2 });
    // From then on nothing of it is new: a mailbox can be taken in every day.
    expect(await changing(store, [plain, evil, google, also])).toEqual([3]);
    expect(await add(store, [google, evil])).toEqual({ added: 0, duplicates: 2 });
    await add(store, [also]);
    const [series] = await seriesOf(store);
    expect([series?.entries[2], series?.successes[2]]).toEqual([1, 100]);
    expect([series?.verifiedSuccesses[2], series?.trustedSuccesses[2]]).toEqual([100, 100]);
    expect(
      (await store.senders()).map(({ signer, reports, signers }) => [signer, reports, signers]),
    ).toEqual([
      ["also.example", 1, ["also.example"]],
      ["evil.example", 1, ["evil.example"]],
      ["google.com", 1, ["google.com"]],
    ]);
  });

  test("of a batch in which two have signed a report, both are kept", async () => {
    const { store } = await openForTest(openFresh);
    await store.trust(["google.com"]);
    const one = report("2026-11-03");
    const arrivals = [unverifiable, signedBy("evil.example"), signedBy("google.com")];
    await add(
      store,
      arrivals.map((arrival) => asNew(one, arrival)),
    );
    expect((await seriesOf(store))[0]?.trustedSuccesses[2]).toBe(100);
    const habits = await store.senders();
    expect(habits.map(({ signer }) => signer)).toEqual(["evil.example", "google.com"]);
  });
}
