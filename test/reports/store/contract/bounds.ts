/** How long lists are, what stands first in them, and sums that no column holds. */
import { expect, test } from "vitest";
import { maxListed } from "../../../../src/reports/store/port.ts";
import { asNew, detail, policy, report, unverifiable, verified } from "../../support/reports.ts";
import { add, detailsOf, november, openForTest, seriesOf, type OpenFresh } from "./support.ts";

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const padded = (n: number): string => String(n).padStart(4, "0");

export function boundsContract(openFresh: OpenFresh): void {
  test("counts of a day that no column holds are capped, and the day can still be asked for", async () => {
    const { store } = await openForTest(openFresh);
    const huge = Number.MAX_SAFE_INTEGER;
    const details = [detail({ count: huge })];
    const policies = numbered(1100).map(() => policy({ successes: huge, failures: huge, details }));
    await add(store, [asNew(report("2026-11-03", { policies }), verified)]);
    const [only] = await seriesOf(store);
    expect(JSON.stringify(only)).toContain(String(huge));
    expect(await store.reporters(november)).toHaveLength(1);
    expect((await detailsOf(store, "example.com")).failures).not.toEqual([]);
  });

  test("failure totals list the most frequent first and count the rest", async () => {
    const { store } = await openForTest(openFresh);
    const many = numbered(14).map((n) =>
      detail({ receivingIp: `198.51.100.${String(n)}`, count: 100 - n, reason: `r${String(n)}` }),
    );
    const policies = [
      policy({
        failures: 1400,
        details: [...many, detail({ receivingMx: null, receivingIp: null, count: 9 })],
      }),
    ];
    await add(store, [
      asNew(report("2026-11-03", { policies })),
      asNew(report("2026-11-09", { policies: [policy({ details: [detail({ count: 1 })] })] })),
    ]);
    const [big, small] = (await detailsOf(store, "example.com")).failures;
    expect(big).toMatchObject({
      mxHost: "mx1.example.com",
      firstDay: "2026-11-03",
      lastDay: "2026-11-09",
      receivingIpCount: 14,
      sendingIps: ["192.0.2.1"],
      sendingIpCount: 1,
      reporters: ["Sender Inc"],
      reasons: ["r0", "r1", "r2", "r3", "r4"],
    });
    expect(big?.receivingIps).toHaveLength(maxListed.failureValues);
    expect(big?.receivingIps[0]).toBe("198.51.100.0");
    expect(small).toMatchObject({
      mxHost: null,
      count: 9,
      receivingIps: [],
      receivingIpCount: 0,
    });
  });

  test("failures of as many sessions are in the order of result types and hosts, unknown hosts last", async () => {
    const { store } = await openForTest(openFresh);
    const details = [
      detail({ resultType: "b", receivingMx: "z.example" }),
      detail({ resultType: "a", receivingMx: null }),
      detail({ resultType: "a", receivingMx: "\u{1f600}.example" }),
      detail({ resultType: "a", receivingMx: "\uff5e.example" }),
    ];
    await add(store, [asNew(report("2026-11-03", { policies: [policy({ details })] }))]);
    const { failures } = await detailsOf(store, "example.com");
    expect(failures.map(({ resultType, mxHost }) => [resultType, mxHost])).toEqual([
      // Code points, not the halves of characters.
      ["a", "\uff5e.example"],
      ["a", "\u{1f600}.example"],
      ["a", null],
      ["b", "z.example"],
    ]);
  });

  test("of too many failures, kinds and policies the greatest are kept", async () => {
    const { store } = await openForTest(openFresh);
    const details = numbered(maxListed.failures + 5).map((n) =>
      detail({ resultType: `kind ${padded(n % 60)}`, receivingMx: padded(n), count: 1 + n }),
    );
    const texts = numbered(maxListed.policies + 5).map((n) =>
      policy({ strings: [padded(n)], successes: 0 }),
    );
    await add(store, [
      asNew(report("2026-11-03", { policies: [policy({ details }), ...texts] })),
      asNew(report("2026-11-04", { policies: [policy({ successes: 0 })] })),
    ]);
    const { failures, policies } = await detailsOf(store, "example.com");
    expect(failures).toHaveLength(maxListed.failures);
    expect(failures[0]?.count).toBe(maxListed.failures + 5);
    expect(failures.at(-1)?.count).toBe(6);
    expect(policies).toHaveLength(maxListed.policies);
    // The latest day first, then those of the same by text.
    expect(policies[0]?.lastDay).toBe("2026-11-04");
    expect(policies[1]?.strings).toEqual([padded(0)]);
    expect(policies.at(-1)?.strings).toEqual([padded(maxListed.policies - 2)]);
    const [series] = await seriesOf(store);
    const kinds = series?.kinds.map(({ resultType }) => resultType) ?? [];
    expect(kinds).toHaveLength(maxListed.kinds);
    expect([...kinds].sort()).toEqual(kinds);
  });

  test("of many reporters the greatest have a place of their own, then by name; the others are together", async () => {
    const { store } = await openForTest(openFresh);
    await add(
      store,
      ["2026-11-02", "2026-11-05", "2026-11-10"].map((day) => asNew(report(day))),
    );
    const crowd = numbered(40).map((n) =>
      asNew(
        report("2026-11-12", {
          organization: `org ${String(n)}`,
          policies: [policy({ successes: n })],
        }),
      ),
    );
    await add(store, crowd);
    const { byReporter: series, reporters } = await detailsOf(store, "example.com");
    expect(reporters).toHaveLength(41);
    expect(series).toHaveLength(maxListed.reporterSeries + 1);
    expect(series[0]?.organization).toBe("Sender Inc");
    expect(series[1]?.organization).toBe("org 39");
    expect(series[30]?.organization).toBeNull();
    // 29 of the 40 have a place of their own: 0 to 10 are the others.
    expect(series[30]?.successes[11]).toBe(55);
    expect(series[30]?.entries[11]).toBe(11);
  });

  test("reporters with as many sessions are in the order of their names, whoever came first", async () => {
    const { store } = await openForTest(openFresh);
    const names = ["c", "a", "b"];
    const day = "2026-11-12";
    await add(
      store,
      names.map((organization) => asNew(report(day, { organization }))),
    );
    const { byReporter, reporters } = await detailsOf(store, "example.com");
    expect(byReporter.map(({ organization }) => organization)).toEqual(["a", "b", "c"]);
    expect(reporters.map(({ organization }) => organization)).toEqual(["a", "b", "c"]);
    expect((await store.senders()).map(({ organization }) => organization)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  test("names that somebody makes up fill no list beyond its bound", async () => {
    const { store } = await openForTest(openFresh);
    await add(
      store,
      numbered(maxListed.reporters + 50).map((n) =>
        asNew(
          report("2026-11-12", {
            organization: `org ${padded(n)}`,
            policies: [policy({ successes: n })],
          }),
          unverifiable,
        ),
      ),
    );
    const reporters = await store.reporters(november);
    expect(reporters).toHaveLength(maxListed.reporters);
    expect(reporters[0]?.organization).toBe(`org ${padded(maxListed.reporters + 49)}`);
    expect(await store.senders()).toHaveLength(maxListed.senders);
    const details = await detailsOf(store, "example.com");
    expect(details.reporters).toHaveLength(maxListed.domainReporters);
    const codes = numbered(maxListed.senderValues + 20).map(padded);
    await add(store, [asNew(report("2026-11-13", { organization: "!" }), verified, codes)]);
    const sender = (await store.senders()).find(({ signer }) => signer !== null);
    expect(Object.keys(sender?.deviations ?? {})).toHaveLength(maxListed.senderValues);
  });
}
