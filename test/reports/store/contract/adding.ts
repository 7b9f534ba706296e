/** Reports are added once, in one transaction with the positions of the journal. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  detail,
  asNew,
  policy,
  report,
  signedBy,
  unverifiable,
  verified,
} from "../../support/reports.ts";
import {
  add,
  changing,
  exported,
  november,
  openForTest,
  seriesOf,
  withFresh,
  type OpenFresh,
} from "./support.ts";

export function addingContract(openFresh: OpenFresh): void {
  test("an empty store knows nothing, and says so", async () => {
    const { store } = await openForTest(openFresh);
    expect(await store.extent()).toBeNull();
    expect(await seriesOf(store)).toEqual([]);
    expect(await seriesOf(store, "example.com")).toEqual([]);
    expect(await store.positions()).toEqual([]);
    expect(await store.reporters(november)).toEqual([]);
    expect(await store.details(november, ["example.com"])).toEqual(new Map());
    for await (const _ of store.everything(november, november, ["example.com"])) {
      throw new Error("there is nothing");
    }
    expect(await store.senders()).toEqual([]);
    expect(await exported(store)).toEqual([]);
    expect(await add(store, [])).toEqual({ added: 0, duplicates: 0 });
    expect(await store.extent()).toBeNull();
  });

  test("the same report counts once: within a batch, in a later batch, after reopening", async () => {
    const { store, reopen } = await openForTest(openFresh);
    const one = asNew(report("2026-11-03"));
    expect(await add(store, [one, one])).toEqual({ added: 1, duplicates: 1 });
    expect(await add(store, [one])).toEqual({ added: 0, duplicates: 1 });
    const again = await reopen();
    expect(await add(again, [one, asNew(report("2026-11-04"))])).toEqual({
      added: 1,
      duplicates: 1,
    });
    const [series] = await seriesOf(again);
    expect(series?.successes[2]).toBe(100);
    expect(series?.successes[3]).toBe(100);
  });

  test("the journal is asked to write what changes the store, and nothing else", async () => {
    const { store } = await openForTest(openFresh);
    const [first, second] = [asNew(report("2026-11-03")), asNew(report("2026-11-04"))];
    const third = asNew(report("2026-11-05"));
    expect(await changing(store, [first, second])).toEqual([0, 1]);
    await add(store, [second]);
    expect(await changing(store, [first, second, third])).toEqual([0, 2]);
    expect(await changing(store, [second])).toEqual([]);
    // Within a batch reports are compared with the store alone.
    expect(await changing(store, [first, first])).toEqual([0, 1]);
    // Whoever was unverified may come back verified, or signed by somebody else.
    const plain = asNew(report("2026-11-06"), unverifiable);
    await add(store, [plain]);
    expect(await changing(store, [plain, asNew(report("2026-11-06"))])).toEqual([1]);
    expect(await changing(store, [asNew(report("2026-11-04"), unverifiable)])).toEqual([]);
    expect(await changing(store, [asNew(report("2026-11-04"), signedBy("b.example"))])).toEqual([
      0,
    ]);
  });

  test("what the journal could not write is not added", async () => {
    const { store } = await openForTest(openFresh);
    const reports = [asNew(report("2026-11-03"))];
    const full = new Error("the disk is full");
    await expect(store.add(reports, () => Promise.reject(full))).rejects.toBe(full);
    expect(await store.extent()).toBeNull();
    expect(await add(store, reports)).toEqual({ added: 1, duplicates: 0 });
  });

  test("additions at the same time wait for each other", async () => {
    const { store } = await openForTest(openFresh);
    const reports = [asNew(report("2026-11-03"))];
    const asked: (readonly number[])[] = [];
    const slow = async (indexes: readonly number[]) => {
      asked.push(indexes);
      await new Promise((resolve) => setImmediate(resolve));
      return [];
    };
    const results = await Promise.all([store.add(reports, slow), store.add(reports, slow)]);
    expect(results.map(({ added }) => added)).toEqual([1, 0]);
    expect(asked).toEqual([[0], []]);
  });

  test("a verified arrival of a report that is there is taken over, the other way round not", async () => {
    const { store } = await openForTest(openFresh);
    const failing = report("2026-11-03", {
      policies: [policy({ failures: 2, details: [detail({ count: 2 })] })],
    });
    const other = report("2026-11-04");
    await add(store, [asNew(failing, unverifiable), asNew(other, verified)]);
    const [before] = await seriesOf(store);
    expect(before?.verifiedFailures[2]).toBe(0);
    await add(store, [asNew(failing, verified), asNew(other, unverifiable)]);
    const [after] = await seriesOf(store);
    expect(after?.verifiedFailures[2]).toBe(2);
    expect(after?.verifiedSuccesses[2]).toBe(100);
    expect(after?.verifiedSuccesses[3]).toBe(100);
    const [habits] = await store.senders();
    expect(habits).toMatchObject({ verdicts: { verified: 2 }, via: ["mail"] });
    expect(habits?.signers).toEqual(["sender.example"]);
    const [row] = await exported(store);
    expect(row).toMatchObject({ verdict: "verified", signer: "sender.example", via: "mail" });
  });

  test("of a report that comes twice in a batch the verified arrival is stored", async () => {
    const { store } = await openForTest(openFresh);
    const one = report("2026-11-03");
    expect(await add(store, [asNew(one, unverifiable), asNew(one, verified)])).toEqual({
      added: 1,
      duplicates: 1,
    });
    expect((await seriesOf(store))[0]?.verifiedSuccesses[2]).toBe(100);
  });

  test("reports and positions are there together or not at all", async () => {
    const { store } = await openForTest(openFresh);
    await add(store, [asNew(report("2026-11-03"))], [{ segment: "a.seg", offset: 10 }]);
    const broken = { ...asNew(report("2026-11-04")), key: "no hexadecimal digits" };
    const unreadable = { ...asNew(report("2026-11-06")), text: "no JSON" };
    for (const wrong of [broken, unreadable]) {
      await expect(
        add(store, [asNew(report("2026-11-05")), wrong], [{ segment: "a.seg", offset: 20 }]),
      ).rejects.toThrow();
      expect(await store.positions()).toEqual([{ segment: "a.seg", offset: 10 }]);
      expect(await store.extent()).toEqual({ from: "2026-11-03", to: "2026-11-03" });
    }
    const another = asNew(report("2026-11-05", { organization: "Another" }));
    await add(
      store,
      [another],
      [
        { segment: "a.seg", offset: 20 },
        { segment: "b.seg", offset: 5 },
      ],
    );
    const positions = async () =>
      new Map((await store.positions()).map(({ segment, offset }) => [segment, offset]));
    expect(await positions()).toEqual(new Map(Object.entries({ "a.seg": 20, "b.seg": 5 })));
    expect((await store.senders()).map((one) => one.organization).sort()).toEqual([
      "Another",
      "Sender Inc",
    ]);
    // They move without reports too, and never back.
    await add(store, [], [{ segment: "b.seg", offset: 9 }]);
    await add(store, [another], [{ segment: "b.seg", offset: 7 }]);
    expect(await positions()).toEqual(new Map(Object.entries({ "a.seg": 20, "b.seg": 9 })));
  });

  test("a report counts for the day that it is given", async () => {
    const { store } = await openForTest(openFresh);
    await add(store, [
      { ...asNew(report("2026-11-03")), day: Date.parse("2026-11-04") / 86_400_000 },
    ]);
    expect(await store.extent()).toEqual({ from: "2026-11-04", to: "2026-11-04" });
    expect([...((await seriesOf(store))[0]?.entries ?? [])].slice(2, 4)).toEqual([0, 1]);
    await add(store, [
      { ...asNew(report("2026-11-05")), day: Date.parse("9999-12-31") / 86_400_000 },
    ]);
    expect((await store.extent())?.to).toBe("9999-12-31");
  });

  test("many reports in many batches: none is lost, none doubled, whatever the order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(40), fc.boolean()), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (picks, size) => {
          const given = picks.map(([n, proven]) =>
            asNew(report("2026-11-03", { reportId: String(n) }), proven ? verified : unverifiable),
          );
          await withFresh(openFresh, async (store) => {
            let added = 0;
            for (let from = 0; from < given.length; from += size) {
              added += (await add(store, given.slice(from, from + size))).added;
            }
            const distinct = new Set(picks.map(([n]) => n));
            const proven = new Set(picks.filter(([, yes]) => yes).map(([n]) => n));
            expect(added).toBe(distinct.size);
            const [series] = await seriesOf(store);
            expect(series?.entries[2]).toBe(distinct.size);
            expect(series?.verifiedSuccesses[2]).toBe(100 * proven.size);
          });
        },
      ),
      { numRuns: 15 },
    );
  });
}
