/** The verbs that read the store: status, senders, export, rebuild; on a real one. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openPageSource } from "../../../src/reports/page/page-source.ts";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import { JournalWriter } from "../../../src/reports/journal/journal.ts";
import { makeReportFolders } from "../../../src/reports/intake/report-folders.ts";
import type { DomainPage } from "../../../src/reports/analysis/page-data.ts";
import type { NewReport } from "../../../src/reports/new-report.ts";
import { asNew, detail, policy, report, startOf, unverifiable } from "../support/reports.ts";
import { hasDuckDb, withDuckDb } from "../support/has-duckdb.ts";
import { run } from "../../support/site-folder.ts";
import { runVerb, type Ran } from "../support/run-verb.ts";

describe.skipIf(!hasDuckDb)(withDuckDb("the verbs of the store"), () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-verbs-"));
  });
  afterEach(() => {
    fs.rmSync(root, { recursive: true });
  });

  const say = async (
    verb: string,
    day: string,
    options: Readonly<Record<string, string | boolean>> = {},
    operands: readonly string[] = [],
    outIsTerminal = false,
  ): Promise<Ran> =>
    runVerb(
      verb,
      { operands, options: { site: root, ...options } },
      startOf(day) + 3600,
      outIsTerminal,
    );

  const fill = async (reports: readonly NewReport[]): Promise<void> => {
    const store = await openReportStore(makeReportFolders(root).database);
    if (!store.ok) throw new Error(JSON.stringify(store.problems));
    await store.value.add(reports, () => []);
    await store.value.close();
  };

  /** Reports of the days of October and November up to one; from a day on sessions fail. */
  const daily = (until: string, failingFrom: string, domain = "example.com"): NewReport[] => {
    const all: NewReport[] = [];
    for (let at = startOf("2026-10-01"); at <= startOf(until); at += 86_400) {
      const day = new Date(at * 1000).toISOString().slice(0, 10);
      const failing = day >= failingFrom;
      const part = {
        domain,
        successes: failing ? 60 : 100,
        failures: failing ? 40 : 0,
        details: failing ? [detail({ count: 40 })] : [],
      };
      all.push(asNew(report(day, { policies: [policy(part)] })));
    }
    return all;
  };

  const declare = (yaml: string): void => {
    fs.mkdirSync(path.join(root, "domains"), { recursive: true });
    fs.writeFileSync(path.join(root, "domains", "all.yaml"), yaml);
  };

  test("status without any report is unknown: exit code 3, and no domain is good", async () => {
    declare("domain: quiet.example\ntls-rpt: {rua: mailto:r@example.net}\n");
    fs.writeFileSync(path.join(root, "stspress.yaml"), "target: caddy\n");
    const table = await say("reports status", "2026-11-20", { all: true });
    expect(table.code).toBe(3);
    expect(table.out).toContain("unknown    quiet.example  no reports in this period");
    const { out } = await say("reports status", "2026-11-20", { json: true });
    const json = JSON.parse(out) as { domains: { health: string }[] };
    expect(json.domains.map(({ health }) => health)).toEqual(["unknown"]);
    const shown = await say("reports status", "2026-11-20", {}, [], true);
    expect(shown.code).toBe(3);
    await expect(shown.err).toMatchFileSnapshot(
      path.join(import.meta.dirname, "../../golden/reports/none.txt"),
    );
  });

  test("a change of verdict is told once; a table is no telling", async () => {
    await fill(daily("2026-11-18", "9999"));
    // All is well, and that is no news.
    expect(await say("reports status", "2026-11-20")).toEqual({ code: 0, out: "", err: "" });
    await fill(daily("2026-11-19", "2026-11-18").slice(-2));
    const table = await say("reports status", "2026-11-20", {}, [], true);
    expect(table.out).toContain("trouble    example.com  certificate-expired: new since 2026-11-1");
    const json = await say("reports status", "2026-11-20", { json: true });
    expect(json.out).toContain('"changed": true');
    const first = await say("reports status", "2026-11-20", { failOn: "new" });
    expect(first.code).toBe(1);
    expect(first.out).toMatch(/^example\.com: trouble \(was good\): certificate-expired: new/);
    expect(first.err).toBe("");
    // Told before, and so no news; but a log has to say why it failed.
    const second = await say("reports status", "2026-11-20", { failOn: "new" });
    expect(second).toMatchObject({ code: 1, out: "" });
    expect(second.err).toMatch(/^still: example\.com: trouble: certificate-expired: new[^\n]*\n$/);
    expect((await say("reports status", "2026-11-20", { failOn: "any" })).err).toBe(second.err);
    const printed = await say("reports status", "2026-11-20", { failOn: "any", all: true });
    expect(printed).toMatchObject({ code: 1, err: "" });
    expect(await say("reports status", "2026-11-20")).toEqual({ code: 0, out: "", err: "" });
  });

  test("--record writes what the reports prove of domains in testing, which a build reads", async () => {
    fs.writeFileSync(
      path.join(root, "stspress.yaml"),
      "target: caddy\ntargets: {caddy: {address: policy.acme-mail.com}}\nreports: {trust: all}\n",
    );
    const declared = (mode: string) =>
      `domains: [acme-mail.com, silent.acme-mail.com]\nmta-sts: {mode: ${mode}, mx: [mx1.acme-mail.com]}\n`;
    declare(declared("testing"));
    const site = (day: string, ...args: string[]) =>
      run([...args, "--site", root], { env: { SOURCE_DATE_EPOCH: String(startOf(day)) } });
    expect(site("2026-10-01", "build").code).toBe(0);
    expect(site("2026-10-01", "live", "--all", "--no-check").code).toBe(0);
    await fill(daily("2026-11-19", "2026-11-10", "acme-mail.com"));
    const told = await say("reports status", "2026-11-20", { record: true, all: true });
    expect(told.err).toContain("stspress.evidence: 1 line changed; commit it\n");
    const file = path.join(root, "stspress.evidence");
    const evidence = fs.readFileSync(file, "utf8");
    expect(evidence).toMatch(
      /^domain acme-mail\.com \{"reports":\{"verdict":"failing","at":"20261120T010000Z",.*"sessions":5000,"failures":400\}\}$/m,
    );
    // No report is unknown: nothing is written of the other domain.
    expect(evidence).not.toContain("silent");
    expect(
      (await say("reports status", "2026-11-21", { record: true, all: true })).err,
    ).not.toContain("stspress.evidence");
    expect(fs.readFileSync(file, "utf8")).toBe(evidence);
    declare(declared("enforce"));
    const refused = site("2026-11-20", "check");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(
      "acme-mail.com: enforce is not safe: 400 of 5,000 sessions failed",
    );
  });

  test("silence becomes unknown, and that is told", async () => {
    await fill(daily("2026-11-01", "9999"));
    expect((await say("reports status", "2026-11-03")).out).toBe("");
    const later = await say("reports status", "2026-11-25", { failOn: "any" });
    expect(later.out).toBe("example.com: unknown (was good): no reports since 2026-11-01\n");
    expect(later.code).toBe(0);
  });

  test("domains that are not in the site make no news and fail nothing, unless they are named", async () => {
    declare("domain: example.com\nmta-sts: false\ntls-rpt: {rua: 'mailto:r@example.com'}\n");
    fs.writeFileSync(path.join(root, "stspress.yaml"), "target: caddy\n");
    const own = daily("2026-11-19", "9999");
    const stranger = daily("2026-11-19", "2026-11-18", "stranger.example");
    await fill([...own, ...stranger]);
    expect(await say("reports status", "2026-11-20", { failOn: "any" })).toEqual({
      code: 0,
      out: "",
      err: "",
    });
    const table = await say("reports status", "2026-11-20", { all: true });
    expect(table.out).toMatch(
      /\n1 domain: 1 good\n\nreports also came about 1 domain that is not in your site \(not counted above\):\ntrouble    stranger\.example  not in your site; certificate-expired: new/,
    );
    const named = await say("reports status", "2026-11-20", { failOn: "any" }, [
      "stranger.example",
    ]);
    expect(named.code).toBe(1);
    expect(named.out).toMatch(/^stranger\.example: trouble: certificate-expired: new/);
    const json = JSON.parse(
      (await say("reports status", "2026-11-20", { json: true })).out,
    ) as object;
    const sessions = own.length * 100;
    expect(json).toMatchObject({
      strangerCount: 1,
      totals: { sessions, failures: 0 },
      domains: [
        { domain: "example.com", inSite: true },
        { domain: "stranger.example", inSite: false },
      ],
    });
  });

  test("status names a domain that nobody knows, and picks those that are named", async () => {
    await fill([...daily("2026-11-18", "9999"), ...daily("2026-11-18", "2026-11-10", "b.example")]);
    const wrong = await say("reports status", "2026-11-20", {}, ["exmaple.com"]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("did you mean example.com?");
    const one = await say("reports status", "2026-11-20", { all: true, failOn: "any" }, [
      "example.com",
    ]);
    expect(one.code).toBe(0);
    expect(one.out).not.toContain("b.example");
  });

  test("enforce weighs more than testing, and only verified reports prove anything", async () => {
    const mtaSts = "mta-sts: {mx: [mx1.example.com], mode: enforce, skip_testing: a test}\n";
    declare(`domain: example.com\ntls-rpt: {rua: mailto:r@example.net}\n${mtaSts}`);
    const site = "target: caddy\ntargets: {caddy: {address: policy.example.net}}\n";
    fs.writeFileSync(path.join(root, "stspress.yaml"), site);
    await fill(daily("2026-11-18", "2026-11-15"));
    expect((await say("reports status", "2026-11-20", { all: true })).out).toContain(
      "emergency  example.com",
    );
  });

  test("domains that are asked for together get the pages that each alone gets", async () => {
    const domains = ["a.example", "b.example", "c.example"];
    await fill(domains.flatMap((domain) => daily("2026-11-18", "2026-11-10", domain)));
    const io = {
      out: () => undefined,
      err: () => undefined,
      readStdin: () => Promise.resolve(new Uint8Array()),
      stopRequested: () => new Promise<void>(() => undefined),
      env: {},
      outIsTerminal: false,
      errIsTerminal: false,
    };
    const open = async () => {
      const now = startOf("2026-11-20");
      const source = await openPageSource({ root, now, days: 30, io });
      if (!source.ok) throw new Error(JSON.stringify(source.problems));
      return source.value;
    };
    const source = await open();
    const overview = await source.overview();
    expect(overview.domains.map(({ domain }) => domain)).toEqual(domains);
    const inOrder: DomainPage[] = [];
    for await (const page of source.domainPages(domains)) inOrder.push(page);
    await source.close();
    for (const [at, domain] of domains.entries()) {
      const alone = await open();
      expect(await alone.domainPage(domain)).toEqual(inOrder[at]);
      expect(await alone.domainPage("absent.example")).toBeNull();
      await alone.close();
    }
    expect(inOrder[0]?.days).toHaveLength(30);
    expect(inOrder[0]?.failures).toMatchObject([
      { resultType: "certificate-expired", count: 360, trend: "new", mxHost: "mx1.example.com" },
    ]);
    expect(inOrder[0]?.row).toEqual(overview.domains[0]);
  });

  test("senders: who sends what how", async () => {
    await fill([
      asNew(report("2026-11-03"), unverifiable, ["date-no-zone"]),
      asNew(report("2026-11-04")),
    ]);
    const told = (worth: string): string =>
      [
        "Sender Inc",
        "  1 report from 2026-11-04 to 2026-11-04, by mail",
        "  1 verified",
        `  proven to be from sender.example${worth}`,
        "",
        "Sender Inc",
        "  1 report from 2026-11-03 to 2026-11-03, by file",
        "  1 unverifiable",
        "  sender not proven: does not count for a rollout",
        "       1 a date has no time zone; it is read as UTC [date-no-zone]",
        "",
      ].join("\n");
    expect(await say("reports senders", "2026-11-20")).toMatchObject({
      code: 0,
      out: told(", which is not a trusted signer: does not count for a rollout"),
    });
    const json = JSON.parse(
      (await say("reports senders", "2026-11-20", { json: true })).out,
    ) as object;
    expect(json).toMatchObject({
      senders: [
        { signer: "sender.example", countsForRollout: false },
        { signer: null, deviations: [{ code: "date-no-zone", reports: 1 }] },
      ],
    });
    fs.mkdirSync(path.join(root, "domains"));
    fs.writeFileSync(
      path.join(root, "domains", "all.yaml"),
      "domain: example.com\nmta-sts: false\ntls-rpt: {rua: 'mailto:r@example.com'}\n",
    );
    fs.writeFileSync(path.join(root, "stspress.yaml"), "reports: { signers: Sender.Example }\n");
    expect(await say("reports senders", "2026-11-20")).toMatchObject({
      out: told(": counts for a rollout"),
    });
  });

  test("the export is CSV in which no formula runs, or JSON lines as the reports told", async () => {
    const formula = '=HYPERLINK("http://evil.example","x")';
    const nasty = detail({ reason: formula, receivingHelo: "\t@SUM(1)", information: "a\nb" });
    await fill([
      asNew(
        report("2026-11-03", {
          organization: "-2+3",
          policies: [policy({ failures: 1, details: [nasty] })],
        }),
      ),
      asNew(report("2026-11-05")),
    ]);
    const csv = await say("reports export", "2026-11-20", { format: "csv" });
    const [head, first] = csv.out.split("\r\n");
    expect(head).toMatch(/^day,domain,organization,/);
    expect(first).toContain("2026-11-03,example.com,'-2+3,");
    expect(first).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
    expect(first).toContain(",'\t@SUM(1),");
    const jsonl = await say("reports export", "2026-11-20", {
      format: "jsonl",
      from: "2026-11-03",
      to: "2026-11-03",
    });
    expect(JSON.parse(jsonl.out)).toMatchObject({ organization: "-2+3", reason: formula });
    const none = await say("reports export", "2026-11-20", { from: "2026-12-01" }, ["example.com"]);
    expect(none.out).toBe(`${head ?? ""}\r\n`);
    const noDay = await say("reports export", "2026-11-20", { from: "2026-02-30", to: "x" });
    expect(noDay).toMatchObject({ code: 2, out: "" });
    expect(noDay.err).toContain('--from is "2026-02-30", which is not a day [usage/value]');
    expect(noDay.err).toContain('--to is "x", which is not a day [usage/value]');
    const nobodys = await say("reports export", "2026-11-20", {}, ["exmaple.com"]);
    expect(nobodys).toMatchObject({ code: 2, out: "" });
    expect(nobodys.err).toContain("did you mean example.com?");
    expect(nobodys.err).toContain("[site/unknown-domain]");
    const turned = { from: "2026-11-04", to: "2026-11-03" };
    expect(await say("reports export", "2026-11-20", turned)).toEqual({
      code: 2,
      out: "",
      err: "error: --from is later than --to: 2026-11-04 and 2026-11-03 [usage/combination]\n  fix: write for example: stspress reports export --from 2026-11-03 --to 2026-11-04\n\n1 error\n",
    });
  });

  test("rebuild makes the same store from the journal, whatever has become of the old one", async () => {
    const { journal, database } = makeReportFolders(root);
    const writer = await JournalWriter.open(journal);
    const json = (id: string): string =>
      JSON.stringify({
        "organization-name": "Sender Inc",
        "date-range": {
          "start-datetime": "2026-11-03T00:00:00Z",
          "end-datetime": "2026-11-03T23:59:59Z",
        },
        "contact-info": "tls@sender.example",
        "report-id": id,
        policies: [
          {
            policy: { "policy-type": "sts", "policy-domain": "example.com" },
            summary: { "total-successful-session-count": 5, "total-failure-session-count": 0 },
          },
        ],
      });
    const hints = { name: "r.json", subjectId: null, domain: null, containerDeviations: [] };
    const record = (id: string) => ({
      arrival: unverifiable,
      hints,
      gzip: zlib.gzipSync(json(id)),
    });
    await writer.append([record("1"), record("2"), record("1")]);
    await writer.close();

    const rows = async (): Promise<string> =>
      (await say("reports export", "2026-11-20", { format: "jsonl" })).out;
    const before = await rows();
    expect(before.trim().split("\n")).toHaveLength(2);

    fs.writeFileSync(database, "no database ".repeat(2000));
    const broken = await say("reports export", "2026-11-20");
    expect(broken.code).toBe(2);
    expect(broken.err).toContain("stspress reports rebuild");
    const done = await say("reports rebuild", "2026-11-20", { json: true });
    expect(JSON.parse(done.out)).toMatchObject({
      reports: 2,
      duplicates: 1,
      refused: 0,
      damaged: 0,
    });
    expect(await rows()).toBe(before);
    expect((await say("reports rebuild", "2026-11-20")).code).toBe(0);
    expect(await rows()).toBe(before);
    const left = fs
      .readdirSync(path.dirname(database))
      .filter((name) => /new|making|wal/.test(name));
    expect(left).toEqual([]);
  });
});
