import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openReportStore } from "../../../src/reports/store/duckdb/store.ts";
import { gzip, mail, report, reportName } from "../support/report-mail.ts";
import { FileTrace, type Kill } from "../../support/file-trace.ts";
import { filesBelow, run, SiteFolder, type RunOptions } from "../../support/site-folder.ts";

/** A day after the reports. */
const env = { SOURCE_DATE_EPOCH: "1795600000" };
const line = "From a@b.example Tue Nov 24 10:00:00 2026\n";

interface Counts {
  readonly added: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly notReports: number;
}

function start(site: SiteFolder, paths: readonly string[], options: RunOptions = {}) {
  const args = ["reports", "add", "--site", site.root, "--json", "--no-dkim", ...paths];
  return run(args, { ...options, env: { ...env, ...options.env } });
}

/** Runs it to its end, and reads what it printed. */
function add(site: SiteFolder, paths: readonly string[], options: RunOptions = {}) {
  const ran = start(site, paths, options);
  const told = JSON.parse(ran.out) as {
    readonly version: number;
    readonly diagnostics: object[];
  } & Counts;
  const { version, diagnostics, ...counts } = told;
  expect(version).toBe(1);
  return { ...ran, diagnostics, counts };
}

const numbered = (number: number) => report({ "report-id": `r${String(number)}` });
const counts = (added: number, duplicates = 0, quarantined = 0, notReports = 0): Counts => ({
  added,
  duplicates,
  quarantined,
  notReports,
});
const segments = (site: SiteFolder): string[] => filesBelow(site.at(".stspress/reports/journal"));
const quarantined = (site: SiteFolder): string[] =>
  filesBelow(site.at(".stspress/reports/quarantine"));

test("a folder of everything is taken in, once, and left as it was", () => {
  const site = new SiteFolder();
  site.write("in/a.json", JSON.stringify(numbered(1)));
  site.write("in/b.json.gz", gzip(numbered(2)));
  site.write("in/mail.eml", mail(numbered(3)));
  site.write("in/Maildir/cur/1:2,S", mail(numbered(4)));
  site.write("in/Maildir/new/2", "From: a@b.example\nSubject: hello\n\nhello\n");
  site.write("in/Maildir/tmp/3", "half");
  site.write(
    "in/inbox",
    `${line}${mail(numbered(5)).toString("latin1")}\n${line}A: b\n\nno report\n\n${line}${mail(numbered(1)).toString("latin1")}\n`,
  );
  site.write("in/cut.json.gz", gzip(numbered(6)).subarray(0, 50));
  site.write("in/photo.jpg", Buffer.from([0xff, 0xd8, 0xff]));
  const before = site.snapshot("in");

  const first = add(site, [site.at("in")]);
  expect(first).toMatchObject({ code: 1, err: "", counts: counts(5, 1, 1, 3) });
  expect(quarantined(site)).toHaveLength(2);
  expect(site.snapshot("in")).toEqual(before);

  // Once more: nothing is new, and the journal does not grow.
  const journal = site.snapshot(".stspress/reports/journal");
  expect(add(site, [site.at("in")])).toMatchObject({ code: 1, counts: counts(0, 6, 1, 3) });
  expect(site.snapshot(".stspress/reports/journal")).toEqual(journal);
  expect(quarantined(site)).toHaveLength(2);
});

test("what is too large is told apart: what claims to be a report, and what is none of ours", () => {
  const site = new SiteFolder();
  const large = Buffer.alloc(33 * 1024 * 1024, `${"x".repeat(75)}\n`).toString("latin1");
  const claiming = mail(numbered(1)).toString("latin1").split("--")[0] ?? "";
  const letter = `From: a@b.example\nSubject: photos\n\n${large}\n`;
  const inbox = `${line}${claiming}${large}\n\n${line}${letter}\n${line}${mail(numbered(2)).toString("latin1")}\n`;
  site.write("in/inbox", inbox);
  site.write("in/packed.gz", gzipSync(inbox));
  site.write("in/huge.json.gz", "");
  fs.writeFileSync(site.at("in/huge.json.gz"), gzip(numbered(3)));
  fs.truncateSync(site.at("in/huge.json.gz"), 65 * 1024 * 1024);
  const { code, err, counts: found } = add(site, [site.at("in")]);
  // The packed mailbox grows beyond what one file may become.
  expect({ code, found }).toEqual({ code: 1, found: counts(1, 0, 3, 1) });
  expect(err).toMatch(/inbox#2: it is too large\n/);
  expect(err).not.toContain("inbox#1");
  expect(quarantined(site).filter((name) => !name.endsWith(".reason.json"))).toHaveLength(1);
});

test("a mail that is too large within a packed mailbox keeps the others from nothing", () => {
  const site = new SiteFolder();
  const large = Buffer.alloc(33 * 1024 * 1024, `${"x".repeat(75)}\n`).toString("latin1");
  const claiming = mail(numbered(1)).toString("latin1").split("--")[0] ?? "";
  site.write(
    "in/packed.gz",
    gzipSync(`${line}${claiming}${large}\n\n${line}${mail(numbered(2)).toString("latin1")}\n`),
  );
  expect(add(site, [site.at("in")])).toMatchObject({ code: 1, counts: counts(1, 0, 1) });
});

test("for people it says what was added, and why what was not", () => {
  const site = new SiteFolder();
  site.write(`in/${reportName}`, gzip(numbered(1)).subarray(0, 50));
  site.write("in/\u001b[31m.json", '{"organization-name": "x", "policies": []}');
  site.write("in/good", gzip(numbered(2)));
  const { code, out, err } = run(["reports", "add", "--site", site.root, site.at("in")], { env });
  expect(code).toBe(1);
  expect(err).toBe("");
  expect(out).toContain("1 report added\n");
  expect(out).toContain("2 cannot be read");
  expect(out).toContain("1.json.gz: the gzip data is damaged or truncated");
  const reasons = quarantined(site).filter((name) => name.endsWith(".reason.json"));
  expect(
    reasons
      .map((name) => fs.readFileSync(site.at(`.stspress/reports/quarantine/${name}`), "utf8"))
      .join(""),
  ).toContain('"why": "the gzip data is damaged or truncated"');
  expect(out).toContain("date-range is missing");
  expect(out).not.toContain("\u001b");
});

describe("standard input", () => {
  test.each<[string, Buffer, number]>([
    ["a report", Buffer.from(JSON.stringify(numbered(1))), 1],
    ["gzip", gzip(numbered(1)), 1],
    ["a mail", mail(numbered(1)), 1],
    [
      "a mailbox",
      Buffer.from(
        `${line}${mail(numbered(1)).toString("latin1")}\n${line}${mail(numbered(2)).toString("latin1")}`,
        "latin1",
      ),
      2,
    ],
  ])("%s", (_, stdin, added) => {
    const site = new SiteFolder();
    expect(add(site, ["-"], { stdin })).toMatchObject({ code: 0, counts: counts(added) });
  });
});

describe("what cannot be done", () => {
  test("a path that is not there: nothing is taken in", () => {
    const site = new SiteFolder();
    site.write("a.json", JSON.stringify(numbered(1)));
    const ran = add(site, [site.at("a.json"), site.at("none")]);
    expect(ran).toMatchObject({ code: 2, err: "", counts: {} });
    expect(ran.diagnostics).toMatchObject([{ code: "site/unreadable" }]);
    expect(ran.out).toContain("none cannot be read: there is no such file or folder");
    expect(segments(site)).toEqual([]);
  });

  test("no path", () => {
    expect(run(["reports", "add"]).code).toBe(2);
  });

  test("a resolver that is none", () => {
    const site = new SiteFolder();
    const ran = run(["reports", "add", "--site", site.root, "--resolver", "x", "."]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('--resolver is "x", which is not an IP address or IP:port');
  });

  test("a .stspress that is a link: nothing is written through it", () => {
    const site = new SiteFolder();
    site.write("elsewhere/x", "");
    fs.symlinkSync("elsewhere", site.at(".stspress"));
    site.write("a.json", JSON.stringify(numbered(1)));
    const ran = run(["reports", "add", "--site", site.root, site.at("a.json")], { env });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("[site/cannot-write]");
    expect(filesBelow(site.at("elsewhere"))).toEqual(["x"]);
  });
});

test("many files go through a thread, and come out the same", () => {
  const site = new SiteFolder();
  for (let index = 0; index < 2500; index += 1) {
    site.write(`in/${String(index)}.json.gz`, gzip(numbered(index % 2400)));
  }
  site.write("in/broken.json.gz", gzip(numbered(1)).subarray(0, 30));
  site.write("in/none.txt", "hello");
  expect(add(site, [site.at("in")])).toMatchObject({ code: 1, counts: counts(2400, 100, 1, 1) });
  expect(add(site, [site.at("in")])).toMatchObject({ code: 1, counts: counts(0, 2500, 1, 1) });
});

/** How many reports the store has, each counted once. */
async function stored(site: SiteFolder): Promise<number> {
  const store = await openReportStore(site.at(".stspress/reports/reports.duckdb"));
  if (!store.ok) throw new Error(JSON.stringify(store.problems));
  const senders = await store.value.senders();
  await store.value.close();
  return senders.reduce((sum, sender) => sum + sender.reports, 0);
}

/** How often the program is killed; `STSPRESS_ROUNDS=1000` for every moment. */
const rounds = Number(process.env["STSPRESS_ROUNDS"] ?? 4);

test(
  "killed at any moment, it loses nothing and doubles nothing",
  async () => {
    const site = new SiteFolder();
    // More than one batch.
    const reports = 1200;
    const mails = Array.from(
      { length: reports },
      (_, index) => `${line}${mail(numbered(index)).toString("latin1")}\n`,
    );
    site.write("inbox", Buffer.from(mails.join(""), "latin1"));
    const trace = new FileTrace(site);
    expect(add(site, [site.at("inbox")], { env: trace.env() }).counts).toEqual(counts(reports));
    const operations = trace.take();
    const places = (text: string): number =>
      operations.filter((operation) => operation.includes(text)).length;
    // Spread over all that it does to files; and around each flush of the journal, before which nothing is promised.
    const moments: Kill[] = Array.from({ length: rounds }, (_, round) => {
      return { nth: Math.ceil(((round + 1) * operations.length) / (rounds + 1)), text: " " };
    });
    moments.push({ nth: places("fsync"), text: "fsync" }, { nth: places("write"), text: "write" });
    site.remove(".stspress");
    let killed = 0;
    for (const kill of moments) {
      // A killed run prints nothing.
      const ran = start(site, [site.at("inbox")], { env: trace.env(kill) });
      if (ran.code === null) killed += 1;
      // What earlier rounds did left less to do: once more from the beginning.
      else site.remove(".stspress");
    }
    expect(killed).toBeGreaterThan(1);
    const last = add(site, [site.at("inbox")]).counts;
    expect(last.added + last.duplicates).toBe(reports);
    expect(await stored(site)).toBe(reports);

    // The journal alone tells the same.
    fs.rmSync(site.at(".stspress/reports/reports.duckdb"));
    expect(add(site, [site.at("inbox")]).counts).toEqual(counts(0, reports));
    expect(await stored(site)).toBe(reports);
    expect(path.basename(segments(site)[0] ?? "")).toMatch(/\.seg$/);
  },
  60_000 + rounds * 5000,
);
