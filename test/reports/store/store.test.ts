/** The store in a real DuckDB file. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import type {
  AddResult,
  DomainDetails,
  DomainSeries,
  NewReport,
  ReportStore,
  SegmentPosition,
} from "../../../src/reports/store/store-port.ts";
import { normaliseReport } from "../../../src/tls-rpt/report/normalise.ts";
import {
  asNew,
  detail,
  packed,
  policy,
  report,
  startOf,
  unverifiable,
  verified,
} from "../support/reports.ts";
import { hasDuckDb, withDuckDb } from "../support/has-duckdb.ts";
import type { Arrival } from "../../../src/reports/arrival.ts";

const failed = (code: string) => ({ ok: false, problems: [{ code }] });
const november = { from: "2026-11-01", to: "2026-11-30" };

describe.skipIf(!hasDuckDb)(withDuckDb("the DuckDB store"), () => {
  let folder: string;
  let file: string;
  let store: ReportStore;

  const open = async (at = file): Promise<ReportStore> => {
    const opened = await openReportStore(at, 0);
    if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
    return opened.value;
  };
  const add = (
    reports: readonly NewReport[],
    positions: readonly SegmentPosition[],
  ): Promise<AddResult> => store.add(reports.map(packed), positions);
  const seriesOf = async (domain?: string): Promise<DomainSeries[]> => {
    const all: DomainSeries[] = [];
    for await (const one of store.series(november, domain === undefined ? undefined : [domain]))
      all.push(one);
    return all;
  };

  const detailsOf = async (domain: string, from = store): Promise<DomainDetails> => {
    const found = (await from.details(november, [domain, "absent.example"])).get(domain);
    if (found === undefined) throw new Error(`nothing is known of ${domain}`);
    return found;
  };

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-store-"));
    file = path.join(folder, "reports.duckdb");
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    fs.rmSync(folder, { recursive: true });
  });

  test("an empty store knows nothing, and says so", async () => {
    expect(await store.extent()).toBeNull();
    expect(await seriesOf()).toEqual([]);
    expect(await store.positions()).toEqual([]);
    expect(await store.reporters(november)).toEqual([]);
    expect(await store.details(november, ["example.com"])).toEqual(new Map());
    expect(await store.senders()).toEqual([]);
  });

  test("counts of a day that no column holds are capped, and the day can still be asked for", async () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const details = [detail({ count: huge })];
    const policies = Array.from({ length: 1100 }, () =>
      policy({ successes: huge, failures: huge, details }),
    );
    await add([asNew(report("2026-11-03", { policies }), verified)], []);
    const [only] = await seriesOf();
    expect(JSON.stringify(only)).toContain(String(huge));
    expect(await store.reporters(november)).toHaveLength(1);
    expect((await detailsOf("example.com")).failures).not.toEqual([]);
  });

  test("the same report counts once: within a batch, in a later batch, after reopening", async () => {
    const one = asNew(report("2026-11-03"));
    expect(await add([one, one], [])).toEqual({ added: 1, duplicates: 1 });
    expect(await add([one], [])).toEqual({ added: 0, duplicates: 1 });
    await store.close();
    store = await open();
    expect(await add([one, asNew(report("2026-11-04"))], [])).toEqual({
      added: 1,
      duplicates: 1,
    });
    const [series] = await seriesOf();
    expect(series?.successes[2]).toBe(100);
    expect(series?.successes[3]).toBe(100);
    expect(await store.known([packed(one), { key: "0".repeat(64), signer: null }])).toEqual([
      true,
      false,
    ]);
  });

  test("a verified arrival of a report that is there is taken over, the other way round not", async () => {
    const failing = report("2026-11-03", {
      policies: [policy({ failures: 2, details: [detail({ count: 2 })] })],
    });
    const other = report("2026-11-04");
    await add([asNew(failing, unverifiable), asNew(other, verified)], []);
    const [before] = await seriesOf();
    expect([...(before?.verifiedFailures ?? [])][2]).toBe(0);
    await add([asNew(failing, verified), asNew(other, unverifiable)], []);
    const [after] = await seriesOf();
    expect(after?.verifiedFailures[2]).toBe(2);
    expect(after?.verifiedSuccesses[2]).toBe(100);
    expect(after?.verifiedSuccesses[3]).toBe(100);
    const [habits] = await store.senders();
    expect(habits?.verdicts).toEqual({ verified: 2 });
    expect(habits?.signers).toEqual(["sender.example"]);
  });

  test("a name proves nothing: only what a trusted signer has sent is evidence", async () => {
    const signedBy = (signer: string): Arrival => ({
      ...verified,
      submitter: signer,
      verification: { verdict: "verified", signer, detail: "" },
    });
    const google = (day: string, successes: number) =>
      report(day, {
        organization: "Google Inc.",
        policies: [policy({ successes, failures: 1 })],
      });
    await add(
      [
        asNew(google("2026-11-03", 100), signedBy("google.com")),
        asNew(google("2026-11-03", 1_000_000), signedBy("evil.example")),
        asNew(google("2026-11-04", 5), signedBy("reports.partner.example")),
        asNew(google("2026-11-05", 7), unverifiable),
      ],
      [],
    );
    const evidence = async (): Promise<[number, number][]> => {
      const [series] = await seriesOf();
      const days = [2, 3, 4];
      return days.map((day) => [
        series?.trustedSuccesses[day] ?? NaN,
        series?.trustedFailures[day] ?? NaN,
      ]);
    };
    // Nobody is trusted until somebody says who.
    expect((await evidence()).flat()).toEqual([0, 0, 0, 0, 0, 0]);
    await store.trust(["google.com"]);
    expect((await evidence()).flat()).toEqual([100, 1, 0, 0, 0, 0]);
    await store.trust(["partner.example", "google.com"]);
    expect((await evidence()).flat()).toEqual([100, 1, 5, 1, 0, 0]);
    // It is remembered, and taken back.
    await store.close();
    store = await open();
    expect((await evidence()).flat()).toEqual([100, 1, 5, 1, 0, 0]);
    await store.trust([]);
    expect((await evidence()).flat()).toEqual([0, 0, 0, 0, 0, 0]);
    const [series] = await seriesOf();
    expect([...(series?.verifiedSuccesses ?? [])].slice(2, 5)).toEqual([1_000_100, 5, 0]);
    // What is verified later is evidence then.
    await store.trust(["google.com"]);
    await add([asNew(google("2026-11-05", 7), signedBy("google.com"))], []);
    expect((await evidence()).flat()).toEqual([100, 1, 0, 0, 7, 1]);

    const senders = await store.senders();
    expect(
      senders.map(({ organization, signer, reports }) => [organization, signer, reports]),
    ).toEqual([
      ["Google Inc.", "google.com", 2],
      ["Google Inc.", "evil.example", 1],
      ["Google Inc.", "reports.partner.example", 1],
    ]);
  });

  test("reports and positions are there together or not at all", async () => {
    await add([asNew(report("2026-11-03"))], [{ segment: "a.seg", offset: 10 }]);
    const broken = { ...asNew(report("2026-11-04")), key: "no hexadecimal digits" };
    await expect(
      add([asNew(report("2026-11-05")), broken], [{ segment: "a.seg", offset: 20 }]),
    ).rejects.toThrow();
    expect(await store.positions()).toEqual([{ segment: "a.seg", offset: 10 }]);
    expect(await store.extent()).toEqual({ from: "2026-11-03", to: "2026-11-03" });
    await add(
      [asNew(report("2026-11-05", { organization: "Another" }))],
      [
        { segment: "a.seg", offset: 20 },
        { segment: "b.seg", offset: 5 },
      ],
    );
    expect(new Map((await store.positions()).map((one) => [one.segment, one.offset]))).toEqual(
      new Map([
        ["a.seg", 20],
        ["b.seg", 5],
      ]),
    );
    expect((await store.senders()).map((one) => one.organization).sort()).toEqual([
      "Another",
      "Sender Inc",
    ]);
  });

  test("a day is the UTC day that most of the period is in", async () => {
    const shifted = report("2026-11-03");
    await add([asNew({ ...shifted, start: shifted.start - 7200, end: shifted.end - 7200 })], []);
    expect(await store.extent()).toEqual({ from: "2026-11-03", to: "2026-11-03" });
  });

  test("series: entries, sessions, kinds and reporters; silence is not zero sessions", async () => {
    await add(
      [
        asNew(
          report("2026-11-03", {
            policies: [
              policy({ failures: 7, details: [detail({ count: 5 }), detail({ count: 2 })] }),
              policy({ domain: "other.example", successes: 0 }),
            ],
          }),
        ),
        asNew(report("2026-11-03", { organization: "Second" }), unverifiable),
      ],
      [],
    );
    const all = await seriesOf();
    expect(all.map(({ domain }) => domain).sort()).toEqual(["example.com", "other.example"]);
    const [one] = await seriesOf("example.com");
    expect(one?.entries.length).toBe(30);
    expect(one?.entries[2]).toBe(2);
    expect(one?.entries[3]).toBe(0);
    expect(one?.successes[2]).toBe(200);
    expect(one?.verifiedSuccesses[2]).toBe(100);
    expect(one?.reporters).toBe(2);
    expect(one?.kinds.map(({ resultType, counts }) => [resultType, counts[2]])).toEqual([
      ["certificate-expired", 7],
    ]);
    const [other] = await seriesOf("other.example");
    expect(other?.entries[2]).toBe(1);
    expect(other?.successes[2]).toBe(0);
    expect(await seriesOf("absent.example")).toEqual([]);
  });

  test("a late report changes the day that was added up already", async () => {
    await add([asNew(report("2026-11-03"))], []);
    await seriesOf();
    await add([asNew(report("2026-11-03", { organization: "Late" }))], []);
    expect((await seriesOf())[0]?.successes[2]).toBe(200);
  });

  test("failure groups list the most frequent first and count the rest", async () => {
    const many = Array.from({ length: 14 }, (_, n) =>
      detail({ receivingIp: `198.51.100.${String(n)}`, count: 100 - n, reason: `r${String(n)}` }),
    );
    await add(
      [
        asNew(
          report("2026-11-03", {
            policies: [
              policy({
                failures: 1400,
                details: [...many, detail({ receivingMx: null, receivingIp: null, count: 9 })],
              }),
            ],
          }),
        ),
        asNew(report("2026-11-09", { policies: [policy({ details: [detail({ count: 1 })] })] })),
      ],
      [],
    );
    const [big, small] = (await detailsOf("example.com")).failures;
    expect(big).toMatchObject({
      mxHost: "mx1.example.com",
      firstDay: "2026-11-03",
      lastDay: "2026-11-09",
      receivingIpCount: 14,
      sendingIps: ["192.0.2.1"],
      reporters: ["Sender Inc"],
      reasons: ["r0", "r1", "r2", "r3", "r4"],
    });
    expect(big?.receivingIps).toHaveLength(10);
    expect(big?.receivingIps[0]).toBe("198.51.100.0");
    expect(small).toMatchObject({
      mxHost: null,
      count: 9,
      receivingIps: [],
      receivingIpCount: 0,
    });
  });

  test("reporters: since when, last seen, the longest silence, and beyond 30 the others together", async () => {
    const days = ["2026-10-01", "2026-11-02", "2026-11-05", "2026-11-10"];
    await add(
      days.map((day) => asNew(report(day))),
      [],
    );
    expect(await store.reporters(november)).toEqual([
      {
        organization: "Sender Inc",
        firstDay: "2026-10-01",
        lastDay: "2026-11-10",
        reports: 3,
        successes: 300,
        failures: 0,
        verified: 3,
        longestGapDays: 32,
      },
    ]);
    const { reporters } = await detailsOf("example.com");
    expect(reporters).toEqual(await store.reporters(november));
    const crowd = Array.from({ length: 40 }, (_, n) =>
      asNew(
        report("2026-11-12", {
          organization: `org ${String(n)}`,
          policies: [policy({ successes: n })],
        }),
      ),
    );
    await add(crowd, []);
    const { byReporter: series } = await detailsOf("example.com");
    expect(series).toHaveLength(31);
    expect(series[0]?.organization).toBe("Sender Inc");
    expect(series[1]?.organization).toBe("org 39");
    expect(series[30]?.organization).toBeNull();
    // 29 of the 40 have a place of their own: 0 to 10 are the others.
    expect(series[30]?.successes[11]).toBe(55);
  });

  test("policies are told apart by their text", async () => {
    const newer = policy({ strings: ["version: STSv1", "mode: enforce"], failures: 3 });
    await add(
      [asNew(report("2026-11-03")), asNew(report("2026-11-04", { policies: [newer] }))],
      [],
    );
    expect((await detailsOf("example.com")).policies).toEqual([
      {
        type: "sts",
        strings: newer.strings,
        firstDay: "2026-11-04",
        lastDay: "2026-11-04",
        successes: 100,
        failures: 3,
      },
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

  test("whatever stands in a report is a value, never SQL, and comes out as it went in", async () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constantFrom("'; DROP TABLE reports; --", "__proto__", "$1", "\u0000", '"', "NULL", ""),
    );
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, fc.nat(), async (name, kind, reason, count) => {
        const at = path.join(folder, "hostile.duckdb");
        fs.rmSync(at, { force: true });
        const hostile = await open(at);
        const given = report("2026-11-03", {
          organization: name,
          policies: [
            policy({
              domain: name,
              strings: [reason, kind],
              details: [detail({ resultType: kind, reason, count, receivingMx: name })],
            }),
          ],
        });
        await hostile.add([packed(asNew(given, unverifiable, [kind]))], []);
        const { failures, policies } = await detailsOf(name, hostile);
        const [group] = failures;
        expect(group).toMatchObject({ resultType: kind, mxHost: name, count, reasons: [reason] });
        expect(policies[0]?.strings).toEqual([reason, kind]);
        const [habits] = await hostile.senders();
        expect(habits?.organization).toBe(name);
        expect(Object.keys(habits?.deviations ?? {})).toEqual([kind]);
        for await (const row of hostile.exportRows(null)) expect(row).toMatchObject({ reason });
        await hostile.close();
      }),
      { numRuns: 25 },
    );
  });

  test("whatever the normaliser lets through and a mail's head says, the store takes", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom("\ud800", "a\udc00b", "\u0000", "\\ud800", "\u2028", "\n", "\u001b[31m"),
    );
    const arbitrary = fc.record({
      "organization-name": text,
      "contact-info": text,
      "report-id": text,
      "date-range": fc.constant({
        "start-datetime": "2026-11-03T00:00:00Z",
        "end-datetime": "2026-11-03T23:59:59Z",
      }),
      policies: fc.array(
        fc.record({
          policy: fc.record({
            "policy-type": text,
            "policy-domain": text.map((one) => `x${one}.example`),
            "policy-string": fc.array(text, { maxLength: 3 }),
            "mx-host": fc.array(text, { maxLength: 3 }),
          }),
          summary: fc.record({
            "total-successful-session-count": fc.double({ noNaN: true }),
            "total-failure-session-count": fc.integer(),
          }),
          "failure-details": fc.array(
            fc.record({
              "result-type": text,
              "sending-mta-ip": text,
              "receiving-mx-hostname": text,
              "receiving-mx-helo": text,
              "receiving-ip": text,
              "failed-session-count": fc.oneof(fc.double(), fc.integer()),
              "additional-information": text,
              "failure-reason-code": text,
            }),
            { maxLength: 3 },
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(arbitrary, text, text, text), { minLength: 20, maxLength: 60 }),
        async (all) => {
          const reports = all.flatMap(([given, submitter, signer, words]) => {
            const json = JSON.parse(JSON.stringify(given)) as unknown;
            const read = normaliseReport(json, {
              now: startOf("2026-11-24"),
              domain: () => null,
            });
            if (!read.ok) return [];
            number += 1;
            const reportId = `${String(number)} ${read.report.reportId}`;
            const verification = { verdict: "failed", signer, detail: words } as const;
            return [
              asNew({ ...read.report, reportId }, { ...unverifiable, submitter, verification }),
            ];
          });
          expect(await add(reports, [])).toEqual({ added: reports.length, duplicates: 0 });
        },
      ),
      { numRuns: 20 },
    );
    expect(number).toBeGreaterThan(300);
    let rows = 0;
    for await (const row of store.exportRows(null)) rows += row["domain"] === "" ? 0 : 1;
    expect(rows).toBeGreaterThanOrEqual(number);
  });

  test("the export has a row per detail, and one for a policy without any", async () => {
    await add(
      [
        asNew(
          report("2026-11-03", {
            policies: [
              policy({ details: [detail(), detail({ count: 4 })] }),
              policy({ type: "tlsa" }),
            ],
          }),
        ),
        asNew(report("2026-11-05")),
      ],
      [],
    );
    const rows = [];
    for await (const row of store.exportRows(null)) rows.push(row);
    expect(
      rows.map((row) => [row["day"], row["policy_type"], row["detail_failed_sessions"]]),
    ).toEqual([
      ["2026-11-03", "sts", 4],
      ["2026-11-03", "sts", 1],
      ["2026-11-03", "tlsa", null],
      ["2026-11-05", "sts", null],
    ]);
    expect(rows[0]).toMatchObject({
      starts: "2026-11-03T00:00:00Z",
      ends: "2026-11-03T23:59:59Z",
    });
    const later = [];
    const some = { from: "2026-11-04", to: "2026-11-30" };
    for await (const row of store.exportRows(some, "example.com")) later.push(row["day"]);
    expect(later).toEqual(["2026-11-05"]);
  });

  test("many reports in many batches: none is lost, none doubled, whatever the order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(40), fc.boolean()), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (picks, size) => {
          const at = path.join(folder, "batches.duckdb");
          fs.rmSync(at, { force: true });
          const batches = await open(at);
          const given: NewReport[] = picks.map(([n, proven]) =>
            asNew(report("2026-11-03", { reportId: String(n) }), proven ? verified : unverifiable),
          );
          let added = 0;
          for (let from = 0; from < given.length; from += size) {
            added += (await batches.add(given.slice(from, from + size).map(packed), [])).added;
          }
          const distinct = new Set(picks.map(([n]) => n));
          const proven = new Set(picks.filter(([, yes]) => yes).map(([n]) => n));
          expect(added).toBe(distinct.size);
          for await (const series of batches.series(november)) {
            expect(series.entries[2]).toBe(distinct.size);
            expect(series.verifiedSuccesses[2]).toBe(100 * proven.size);
          }
          await batches.close();
        },
      ),
      { numRuns: 15 },
    );
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

    await add([asNew(report("2026-11-03"))], []);
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
    fs.writeFileSync(file, bytes);
    store = await open();
  });
});
