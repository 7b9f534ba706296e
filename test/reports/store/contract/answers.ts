/** What a store answers about domains, reporters and senders. */
import { expect, test } from "vitest";
import { exportColumns } from "../../../../src/reports/store/port.ts";
import { asNew, detail, policy, report, unverifiable } from "../../support/reports.ts";
import {
  add,
  all,
  detailsOf,
  exported,
  november,
  openForTest,
  seriesOf,
  type OpenFresh,
} from "./support.ts";

export function answersContract(openFresh: OpenFresh): void {
  test("series: entries, sessions, kinds and reporters; silence is not zero sessions", async () => {
    const { store } = await openForTest(openFresh);
    await add(store, [
      asNew(
        report("2026-11-03", {
          policies: [
            policy({ failures: 7, details: [detail({ count: 5 }), detail({ count: 2 })] }),
            policy({ domain: "other.example", successes: 0 }),
          ],
        }),
      ),
      asNew(report("2026-11-03", { organization: "Second" }), unverifiable),
    ]);
    const found = await seriesOf(store);
    expect(found.map(({ domain }) => domain)).toEqual(["example.com", "other.example"]);
    const [one] = await seriesOf(store, "example.com");
    expect(one?.entries.length).toBe(30);
    expect(one?.entries[2]).toBe(2);
    expect(one?.entries[3]).toBe(0);
    expect(one?.successes[2]).toBe(200);
    expect(one?.verifiedSuccesses[2]).toBe(100);
    expect(one?.reporters).toBe(2);
    expect(one?.kinds.map(({ resultType, counts }) => [resultType, counts[2]])).toEqual([
      ["certificate-expired", 7],
    ]);
    const [other] = await seriesOf(store, "other.example");
    expect(other?.entries[2]).toBe(1);
    expect(other?.successes[2]).toBe(0);
    expect(await seriesOf(store, "absent.example")).toEqual([]);
    expect(await all(store.series({ from: "2026-10-01", to: "2026-11-02" }))).toEqual([]);
  });

  test("a late report changes the day that was asked for already", async () => {
    const { store } = await openForTest(openFresh);
    await add(store, [asNew(report("2026-11-03"))]);
    await seriesOf(store);
    await add(store, [asNew(report("2026-11-03", { organization: "Late" }))]);
    expect((await seriesOf(store))[0]?.successes[2]).toBe(200);
  });

  test("the main reporter: most failures; of as many, the one heard last; without failures none", async () => {
    const { store } = await openForTest(openFresh);
    const by = (organization: string, day: string, failures: number) =>
      asNew(report(day, { organization, policies: [policy({ failures })] }));
    await add(store, [by("Quiet", "2026-11-29", 0)]);
    expect((await seriesOf(store))[0]?.mainReporterLastDay).toBe(-1);
    await add(store, [
      by("A", "2026-11-10", 3),
      by("B", "2026-11-05", 4),
      by("B", "2026-11-06", 0),
    ]);
    expect((await seriesOf(store))[0]?.mainReporterLastDay).toBe(5);
    await add(store, [by("C", "2026-11-20", 4)]);
    expect((await seriesOf(store))[0]?.mainReporterLastDay).toBe(19);
    // What is outside the window counts for nothing.
    await add(store, [by("D", "2026-10-31", 1000), by("D", "2026-11-02", 1)]);
    expect((await seriesOf(store))[0]?.mainReporterLastDay).toBe(19);
  });

  test("reporters: since when, last seen, the longest silence", async () => {
    const { store } = await openForTest(openFresh);
    const days = ["2026-10-01", "2026-11-02", "2026-11-05", "2026-11-10"];
    await add(
      store,
      days.map((day) => asNew(report(day))),
    );
    const expected = {
      organization: "Sender Inc",
      firstDay: "2026-10-01",
      lastDay: "2026-11-10",
      reports: 3,
      successes: 300,
      failures: 0,
      verified: 3,
      longestGapDays: 32,
    };
    expect(await store.reporters(november)).toEqual([expected]);
    const { reporters } = await detailsOf(store, "example.com");
    expect(reporters).toEqual(await store.reporters(november));
    expect(await store.reporters({ from: "2026-11-06", to: "2026-11-09" })).toEqual([
      { ...expected, reports: 0, successes: 0, verified: 0 },
    ]);
    expect(await store.reporters({ from: "2026-11-11", to: "2026-11-30" })).toEqual([]);
    // A report with several policies of a domain is one report.
    const several = report("2026-11-12", { policies: [policy(), policy({ type: "tlsa" })] });
    await add(store, [asNew(several, unverifiable)]);
    expect((await detailsOf(store, "example.com")).reporters).toMatchObject([
      { reports: 4, verified: 3, successes: 500 },
    ]);
  });

  test("policies are told apart by type and text", async () => {
    const { store } = await openForTest(openFresh);
    const newer = policy({ strings: ["version: STSv1", "mode: enforce"], failures: 3 });
    const newest = policy({ type: "tlsa", strings: newer.strings, successes: 0 });
    await add(store, [
      asNew(report("2026-11-03")),
      asNew(report("2026-11-04", { policies: [newer, newest] })),
    ]);
    const lastDay = "2026-11-04";
    const sums = { firstDay: lastDay, lastDay, successes: 100, failures: 3 };
    expect((await detailsOf(store, "example.com")).policies).toEqual([
      { type: "sts", strings: newer.strings, ...sums },
      { type: "tlsa", strings: newer.strings, ...sums, successes: 0, failures: 0 },
      {
        type: "sts",
        strings: policy().strings,
        firstDay: "2026-11-03",
        lastDay: "2026-11-03",
        successes: 100,
        failures: 0,
      },
    ]);
  });

  test("details of a domain outside the window are empty, of one that nobody reported on missing", async () => {
    const { store } = await openForTest(openFresh);
    await add(store, [asNew(report("2026-10-03"))]);
    const details = await store.details(november, ["example.com", "absent.example"]);
    expect([...details.keys()]).toEqual(["example.com"]);
    expect(details.get("example.com")).toEqual({
      byReporter: [],
      reporters: [],
      failures: [],
      policies: [],
    });
  });

  test("everything is what series and details say, of the domains that are named", async () => {
    const { store } = await openForTest(openFresh);
    const domains = ["a.example", "b.example", "c.example", "d.example"];
    const failures = { failures: 1, details: [detail()] };
    await add(
      store,
      domains.map((domain, at) =>
        asNew(
          report(`2026-11-0${String(at + 1)}`, { policies: [policy({ domain, ...failures })] }),
        ),
      ),
    );
    const shown = { from: "2026-11-03", to: "2026-11-30" };
    const named = ["a.example", "c.example", "d.example", "absent.example"];
    const found = await all(store.everything(november, shown, named));
    found.sort((a, b) => (a.series.domain < b.series.domain ? -1 : 1));
    expect(found.map(({ series }) => series.domain)).toEqual(named.slice(0, 3));
    const details = await store.details(shown, named);
    for (const one of found) {
      const [series] = await seriesOf(store, one.series.domain);
      expect(one).toEqual({ series, details: details.get(one.series.domain) });
    }
    // Whoever stops early can ask again.
    for await (const _ of store.everything(november, shown, named)) break;
    for await (const _ of store.series(november)) break;
    expect(await seriesOf(store)).toHaveLength(4);
  });

  test("senders: how each sends, told apart by name and signer", async () => {
    const { store } = await openForTest(openFresh);
    await add(store, [
      asNew(report("2026-11-03"), undefined, ["date-midnight", "contact-missing"]),
      asNew(report("2026-11-05"), undefined, ["contact-missing"]),
      asNew(report("2026-11-04", { reportId: "x" }), unverifiable),
    ]);
    const common = { organization: "Sender Inc" };
    expect(await store.senders()).toEqual([
      {
        ...common,
        signer: "sender.example",
        reports: 2,
        firstDay: "2026-11-03",
        lastDay: "2026-11-05",
        via: ["mail"],
        verdicts: { verified: 2 },
        signers: ["sender.example"],
        deviations: { "contact-missing": 2, "date-midnight": 1 },
      },
      {
        ...common,
        signer: null,
        reports: 1,
        firstDay: "2026-11-04",
        lastDay: "2026-11-04",
        via: ["file"],
        verdicts: { unverifiable: 1 },
        signers: [],
        deviations: {},
      },
    ]);
  });

  test("the export has a row per detail, and one for a policy without any", async () => {
    const { store } = await openForTest(openFresh);
    const policies = [
      policy({ details: [detail(), detail({ count: 4 })] }),
      policy({ type: "tlsa" }),
    ];
    await add(store, [asNew(report("2026-11-05")), asNew(report("2026-11-03", { policies }))]);
    const rows = await exported(store);
    expect(
      rows.map((row) => [row["day"], row["policy_type"], row["detail_failed_sessions"]]),
    ).toEqual([
      ["2026-11-03", "sts", 4],
      ["2026-11-03", "sts", 1],
      ["2026-11-03", "tlsa", null],
      ["2026-11-05", "sts", null],
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual(exportColumns);
    expect(rows[0]).toMatchObject({
      starts: "2026-11-03T00:00:00Z",
      ends: "2026-11-03T23:59:59Z",
      received: "2026-11-24T00:00:00Z",
      policy_string: policy().strings.join("\n"),
    });
    const [first, second, third, fourth] = rows.map((row) => row["policy"]);
    expect(first).toBe(second);
    expect(new Set([first, third, fourth]).size).toBe(3);
    const some = { from: "2026-11-04", to: "2026-11-30" };
    const later = await all(store.exportRows(some, "example.com"));
    expect(later.map((row) => row["day"])).toEqual(["2026-11-05"]);
    expect(await exported(store, "absent.example")).toEqual([]);
  });
}
