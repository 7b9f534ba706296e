/** The store in a real DuckDB file: it keeps the contract, and says why a file cannot be used. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { duckDbBackend } from "../../../src/reports/store/duckdb/backend.ts";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import type { ReportStore } from "../../../src/reports/store/port.ts";
import {
  asNew,
  detail,
  forgedBy,
  policy,
  report,
  signedBy,
  unverifiable,
} from "../support/reports.ts";
import { hasDuckDb, withDuckDb } from "../support/has-duckdb.ts";
import { storeContract } from "./contract.ts";
import {
  add,
  all,
  changing,
  exported,
  november,
  withFresh,
  type FreshStore,
} from "./contract/support.ts";
import { emptyMemory, MemoryStore } from "./memory-store.ts";

const failed = (code: string) => ({ ok: false, problems: [{ code }] });

async function openFile(file: string): Promise<ReportStore> {
  const opened = await openReportStore(file, 0);
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return opened.value;
}

/** An empty store, made once: it is copied much faster than made. */
let empty: Buffer | null = null;

/** In a folder of its own. */
async function openFresh(): Promise<FreshStore> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-store-"));
  const file = path.join(folder, "reports.duckdb");
  if (empty === null) {
    await (await openFile(file)).close();
    empty = fs.readFileSync(file);
  } else fs.writeFileSync(file, empty);
  const first = await openFile(file);
  let store = first;
  return {
    store: first,
    reopen: async () => {
      await store.close();
      store = await openFile(file);
      return store;
    },
    remove: async () => {
      await store.close();
      fs.rmSync(folder, { recursive: true });
    },
  };
}

describe.skipIf(!hasDuckDb)(withDuckDb("DuckDB"), () => {
  storeContract("the DuckDB store", openFresh);
});

describe.skipIf(!hasDuckDb)(withDuckDb("DuckDB beside the store in memory"), () => {
  const name = fc.constantFrom("a", "b", "B", "\uff5e", "\u{1f600}", "");
  const day = fc.constantFrom("2026-10-30", "2026-11-03", "2026-11-04", "2026-11-29", "2026-12-02");
  const address = fc.option(fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1"));
  const count = fc.integer({ min: 0, max: 3 });
  const details = fc.record({
    resultType: name,
    sendingIp: address,
    receivingMx: fc.option(name),
    receivingIp: address,
    count,
    information: fc.option(name),
    reason: fc.option(name),
  });
  const policies = fc.record({
    type: fc.constantFrom("sts", "tlsa"),
    domain: fc.constantFrom("a.example", "b.example", "c.example"),
    strings: fc.array(name, { maxLength: 2 }),
    mxHosts: fc.array(name, { maxLength: 1 }),
    successes: count,
    failures: count,
    details: fc.array(details.map(detail), { maxLength: 3 }),
  });
  const arrivals = [
    unverifiable,
    forgedBy("google.com"),
    ...["google.com", "x.google.com", "evil.example"].map(signedBy),
  ];
  const reports = fc
    .record({
      day,
      organization: name,
      reportId: name,
      policies: fc.array(policies.map(policy), { minLength: 1, maxLength: 3 }),
      arrivals: fc.array(fc.constantFrom(...arrivals), {
        minLength: 1,
        maxLength: 3,
      }),
      deviations: fc.uniqueArray(name),
    })
    .map(({ day, arrivals, deviations, ...part }) =>
      arrivals.map((arrival) => asNew(report(day, part), arrival, [...deviations])),
    );

  /** Everything that a store can say. */
  const answersOf = async (store: ReportStore) => {
    const domains = ["a.example", "c.example", "absent.example"];
    const byDomain = <T extends { readonly domain: string }>(found: readonly T[]) =>
      new Map(found.map((one) => [one.domain, one]));
    const series = await all(store.series(november));
    const some = await all(store.series(november, domains));
    const shown = { from: "2026-11-04", to: "2026-11-30" };
    const everything = await all(store.everything(november, shown, domains));
    return {
      extent: await store.extent(),
      series: byDomain(series),
      some: byDomain(some),
      reporters: await store.reporters(november),
      details: new Map([...(await store.details(november, domains))].sort()),
      everything: new Map(everything.map((one) => [one.series.domain, one])),
      senders: await store.senders(),
      // Details that say the same of addresses and counts may come in any order.
      exported: (await exported(store)).map((row) => JSON.stringify(row)).sort(),
      order: (await exported(store)).map((row) => [row["day"], row["policy"]]),
    };
  };

  test("both answer the same, whatever was reported", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(reports, { maxLength: 8 }).map((some) => some.flat()),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.subarray(["google.com", "evil.example"]),
        async (batches, trusted) => {
          const memory = new MemoryStore(emptyMemory());
          await withFresh(openFresh, async (store) => {
            for (const [at, batch] of batches.entries()) {
              expect(await changing(store, batch)).toEqual(await changing(memory, batch));
              expect(await add(store, batch)).toEqual(await add(memory, batch));
              if (at > 0) continue;
              for (const one of [store, memory]) await one.trust(trusted);
            }
            expect(await answersOf(store)).toEqual(await answersOf(memory));
          });
        },
      ),
      { numRuns: Number(process.env["STSPRESS_ROUNDS"] ?? 15) },
    );
  }, 120_000);
});

describe.skipIf(!hasDuckDb)(withDuckDb("a DuckDB file"), () => {
  let folder: string;
  let file: string;
  const open = () => openFile(file);

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-store-"));
    file = path.join(folder, "reports.duckdb");
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  test("another process that has the file is named", async () => {
    const other = path.join(folder, "other.duckdb");
    const code = `import("@duckdb/node-api").then(async ({ DuckDBInstance }) => {
        globalThis.held = await DuckDBInstance.create(${JSON.stringify(other)});
        console.log("held"); setInterval(() => globalThis.held, 1000); });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code]);
    try {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      expect(await openReportStore(other, 0)).toMatchObject({
        problems: [{ code: "reports/store-busy", args: { path: "other.duckdb", pid: child.pid } }],
      });
    } finally {
      child.kill();
    }
  });

  test("a file that is none, one that is cut off, and one of another version are told apart", async () => {
    const text = path.join(folder, "text.duckdb");
    fs.writeFileSync(text, "no database ".repeat(2000));
    expect(await openReportStore(text, 0)).toMatchObject(failed("reports/store-damaged"));

    const place = path.join(folder, "place.duckdb");
    fs.mkdirSync(place);
    expect(await openReportStore(place, 0)).toMatchObject(failed("reports/store-unusable"));

    const store = await open();
    await add(store, [asNew(report("2026-11-03"))]);
    await store.close();
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(file, bytes.subarray(0, 20_000));
    expect(await openReportStore(file, 0)).toMatchObject(failed("reports/store-damaged"));

    const { DuckDBInstance } = await import("@duckdb/node-api");
    const foreign = path.join(folder, "foreign.duckdb");
    const instance = await DuckDBInstance.create(foreign);
    const connection = await instance.connect();
    await connection.run("CREATE TABLE stspress AS SELECT 999 AS version");
    connection.closeSync();
    instance.closeSync();
    expect(await openReportStore(foreign, 0)).toMatchObject({
      problems: [{ code: "reports/store-version", args: { found: "999" } }],
    });
  });

  test("the backend hands out what is prepared, and closes what fails", async () => {
    const backend = duckDbBackend(file);
    const bug = new Error("a bug");
    await expect(backend.open(() => Promise.reject(bug))).rejects.toBe(bug);
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    expect(await backend.open(() => Promise.reject(full))).toMatchObject(
      failed("reports/store-unusable"),
    );
    const opened = await backend.open(async (store) => {
      await add(store, [asNew(report("2026-11-03"))]);
    });
    if (!opened.ok) throw new Error("it can be opened");
    expect(await opened.value.extent()).toEqual({ from: "2026-11-03", to: "2026-11-03" });
    await opened.value.close();
  });

  test("a store is replaced when the new one is filled, and stays where that fails", async () => {
    const backend = duckDbBackend(file);
    const fill = (day: string) => async (store: ReportStore) => {
      await add(store, [asNew(report(day))]);
    };
    const first = async (): Promise<string | undefined> => {
      const store = await open();
      const extent = await store.extent();
      await store.close();
      return extent?.from;
    };
    expect(await backend.replace(fill("2026-11-03"))).toMatchObject({ ok: true });
    expect(await first()).toBe("2026-11-03");
    const bug = new Error("a bug");
    const fails = async (store: ReportStore) => {
      await fill("2026-11-04")(store);
      throw bug;
    };
    await expect(backend.replace(fails)).rejects.toBe(bug);
    expect(await first()).toBe("2026-11-03");
    expect(await backend.replace(fill("2026-11-05"))).toMatchObject({ ok: true });
    expect(await first()).toBe("2026-11-05");
    fs.writeFileSync(file, "no database ".repeat(2000));
    expect(await backend.replace(fill("2026-11-06"))).toMatchObject({ ok: true });
    expect(await first()).toBe("2026-11-06");
    // What is no file at all is not replaced.
    fs.rmSync(file);
    fs.mkdirSync(file);
    expect(await backend.replace(fill("2026-11-07"))).toMatchObject(
      failed("reports/store-unusable"),
    );
  });
});
