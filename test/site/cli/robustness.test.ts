import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { FileTrace, type Kill } from "../../support/file-trace.ts";
import {
  domainFile,
  ended,
  filesBelow,
  policyOf,
  settings,
  SiteFolder,
  start,
} from "../../support/site-folder.ts";

/** Moments of sudden death, spread evenly over what a build does; `STSPRESS_KILLS=500` for every one. */
const kills = Number(process.env["STSPRESS_KILLS"] ?? "8");

/** A build that ends before one of the things that it does to files. */
function buildKilledAt(site: SiteFolder, kill: Kill): void {
  const ran = site.run("build", [], { env: new FileTrace(site).env(kill) });
  expect([ran.code, ran.err]).toEqual([null, ""]);
}

describe("killed at any moment", () => {
  test(`${String(kills)} times, each while every policy changes`, () => {
    const count = 25;
    const site = manyDomains(count);
    site.build();
    declare(site, count, 1);
    const trace = new FileTrace(site);
    site.build([], { env: trace.env() });
    const operations = trace.take().length;
    const moments = new Set<number>();
    for (let n = 1; n <= kills; n += 1) moments.add(Math.ceil((n * operations) / (kills + 1)));
    let round = 1;
    for (const nth of moments) {
      round += 1;
      const before = filesBelow(site.at("dist/site"));
      declare(site, count, round);
      buildKilledAt(site, { nth, text: " " });
      // No policy that was there is gone.
      for (const name of before) expect(site.has(`dist/site/${name}`), name).toBe(true);
      expectWhole(site);
      const { err } = site.build();
      expect(err).not.toContain("error");
      expectWhole(site);
      expectBuilt(site, count, round);
      expect(leftovers(site)).toEqual([]);
    }
  }, 300_000);
});

/** Domains whose first build is worth threads. */
const manyEnough = 1100;

describe("a first build that threads write", () => {
  test("is whole, and the next build believes its manifest", () => {
    const site = manyDomains(manyEnough);
    site.build();
    expectWhole(site);
    expectBuilt(site, manyEnough, 0);
    expect(site.has(".stspress/new-dist")).toBe(false);
    const rows = site.read("dist/.manifest").trimEnd().split("\n");
    const files = filesBelow(site.at("dist")).filter((name) => name !== ".manifest");
    expect(rows.map((row) => row.split(" ").slice(4).join(" ")).sort()).toEqual(files.sort());
    const others: string[] = [];
    for (const row of rows) {
      const [digest = "", size = "", , , name = ""] = row.split(" ");
      const content = site.read(`dist/${name}`);
      const digestNow = createHash("sha1").update(content).digest("hex").slice(0, 20);
      if (digestNow !== digest || Buffer.byteLength(content) !== Number(size)) others.push(name);
    }
    expect(others).toEqual([]);
    const before = site.snapshot();
    site.build();
    expect(site.snapshot()).toEqual(before);
  }, 60_000);

  test.each<[string, Kill]>([
    ["in the middle of a thread's work", { nth: 300, text: "thread: write" }],
    ["with all of it written", { nth: 1, text: "rename stspress.lock.tmp" }],
    ["with the lock written", { nth: 1, text: "rename .stspress/new-dist" }],
  ])(
    "killed %s leaves no part of dist/, and the next build makes all of it",
    (_, kill) => {
      const site = manyDomains(manyEnough);
      buildKilledAt(site, kill);
      expect(site.has("dist")).toBe(false);
      site.build();
      expectWhole(site);
      expectBuilt(site, manyEnough, 0);
      expect(site.has(".stspress/new-dist")).toBe(false);
    },
    120_000,
  );
});

const root = process.getuid?.() === 0;
const mounts = root && canMount();
const needs = mounts ? "" : ` (missing: ${root ? "the right to mount" : "root, to mount"})`;

describe.skipIf(!mounts)(`a full disk${needs}`, () => {
  test("is said clearly, hurts no file, and the next build completes", () => {
    const disk = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-disk-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk]);
    onTestFinished(() => {
      spawnSync("umount", ["-l", disk]);
      fs.rmdirSync(disk);
    });
    expect(mounted.status).toBe(0);
    const site = new SiteFolder({ "stspress.yaml": settings }, disk);
    declare(site, 40, 0);
    site.build();
    declare(site, 40, 1);
    // From no room at all up to nearly enough: each fails at another place.
    let failures = 0;
    for (const room of [0, 4096, 16_384, 49_152, 90_112, 131_072, 196_608]) {
      fill(site, room);
      const ran = site.run("build");
      if (ran.code !== 0) {
        failures += 1;
        expect(ran.code).toBe(2);
        expect(ran.err).toMatch(/\[site\/cannot-write\]/);
        expect(ran.err).toContain("the disk is full");
        expect(ran.out).toBe("");
      }
      expectWhole(site);
      site.remove("ballast");
    }
    expect(failures).toBeGreaterThan(2);
    site.build();
    expectWhole(site);
    expectBuilt(site, 40, 1);
    expect(leftovers(site)).toEqual([]);
  }, 120_000);

  test("that ends while threads write the first dist/ leaves neither a part of it nor a lock", () => {
    const disk = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-disk-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk]);
    onTestFinished(() => {
      spawnSync("umount", ["-l", disk]);
      fs.rmdirSync(disk);
    });
    expect(mounted.status).toBe(0);
    const site = new SiteFolder({ "stspress.yaml": settings }, disk);
    declare(site, manyEnough, 0);
    const { code, err, out } = site.run("build");
    expect(err).toMatch(/\[site\/cannot-write\]/);
    expect(err).toContain("the disk is full");
    expect([code, out]).toEqual([2, ""]);
    for (const name of ["dist", "stspress.lock", ".stspress/new-dist"]) {
      expect(site.has(name), name).toBe(false);
    }
    spawnSync("mount", ["-o", "remount,size=64m", disk]);
    site.build();
    expectWhole(site);
    expectBuilt(site, manyEnough, 0);
  }, 60_000);
});

describe("two at once", () => {
  test("one builds; the other is refused, or waits; both leave a whole site", async () => {
    const site = manyDomains(300);
    const children = Array.from({ length: 4 }, () => start(["build", "--site", site.root]));
    const codes = await Promise.all(children.map(ended));
    expect(codes).toContain(0);
    expect(codes.every((code) => code === 0 || code === 2)).toBe(true);
    expectWhole(site);
    expectBuilt(site, 300, 0);
    expect(leftovers(site)).toEqual([]);
  });

  test("a live owner is named, and every verb that writes is refused", () => {
    const site = manyDomains(2);
    site.build();
    const owner = `${String(process.pid)} ${startOf(process.pid)}`;
    site.write(".stspress/writing", owner);
    const before = site.snapshot();
    for (const [verb, args] of [
      ["build", []],
      ["live", ["--all", "--no-check"]],
      ["adopt", ["acme.se", "--id", "1"]],
    ] as const) {
      const stdin = "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n";
      const { code, err } = site.run(verb, args, { stdin });
      expect(err).toContain("[site/busy]");
      expect(err).toContain(String(process.pid));
      expect(code).toBe(2);
    }
    expect(site.snapshot()).toEqual(before);
    expect(site.run("check").code).toBe(0);
    expect(site.run("build", ["--dry-run"]).code).toBe(0);
  });

  test.each([
    ["a process that is dead", () => `${String(deadPid())} 12345`],
    ["a process id that is somebody else's now", () => `${String(process.pid)} 1`],
    ["nothing at all", () => ""],
    ["no process", () => "hello\n"],
  ])("what %s left behind is taken over", (_, owner) => {
    const site = manyDomains(2);
    site.write(".stspress/writing", owner());
    site.build();
    expect(leftovers(site)).toEqual([]);
  });
});

function manyDomains(count: number): SiteFolder {
  const site = new SiteFolder({ "stspress.yaml": settings });
  declare(site, count, 0);
  return site;
}

/** How many domains share a file and a policy, where there are so many. */
const perFile = (count: number): number => (count < manyEnough ? 1 : 50);

/** Writes the domain files; another `round` is another text of every policy. */
function declare(site: SiteFolder, count: number, round: number): void {
  const names = Array.from({ length: count }, (_, n) => nameOf(n));
  for (let n = 0; n < count; n += perFile(count)) {
    const domains = names.slice(n, n + perFile(count));
    const text = domainFile(nameOf(n), `mx${String(round)}.${nameOf(n)}`);
    site.write(
      `domains/${nameOf(n)}.yaml`,
      text.replace(/^domain: .*$/m, `domains: [${domains.join(", ")}]`),
    );
  }
}

function nameOf(n: number): string {
  return `acme${String(n)}.de`;
}

function policiesOf(site: SiteFolder): string[] {
  return filesBelow(site.at("dist/site")).map((name) => site.read(`dist/site/${name}`));
}

/** Every policy is whole and in the lock; every id in a zone snippet is in the lock. */
function expectWhole(site: SiteFolder): void {
  const lock = site.read("stspress.lock");
  expect(lock.endsWith("\n")).toBe(true);
  const inLock = new Map(
    [...lock.matchAll(/^policy (\w+) (".*")$/gm)].map(
      ([, digest = "", text = ""]) => [digest, JSON.parse(text) as string] as const,
    ),
  );
  const texts = new Set(inLock.values());
  const ids = new Set([...lock.matchAll(/\bid=(\w+)/g)].map((found) => found[1]));
  const zones = filesBelow(site.at("dist/dns"));
  expect(zones.length).toBeGreaterThan(0);
  const strange = policiesOf(site).filter(
    (policy) =>
      !/^version: STSv1\r\nmode: testing\r\nmx: mx\d+\.acme\d+\.de\r\nmax_age: 604800\r\n$/.test(
        policy,
      ) || !texts.has(policy),
  );
  expect(strange).toEqual([]);
  const idOf = (zone: string) => /v=STSv1; id=(\w+);/.exec(site.read(`dist/dns/${zone}`))?.[1];
  expect(zones.filter((name) => !ids.has(idOf(name)))).toEqual([]);
  // Records come last: an id is not to be pasted while its policy is not there.
  const early: string[] = [];
  for (const [, domain = "", id = "", digest = ""] of lock.matchAll(
    /^domain (\S+) .*?\bid=(\w+) policy=(\w+)/gm,
  )) {
    const zone = `dist/dns/${domain}.zone`;
    if (!site.has(zone) || !site.read(zone).includes(`id=${id};`)) continue;
    if (site.read(`dist/${policyOf(domain)}`) !== inLock.get(digest)) early.push(domain);
  }
  expect(early).toEqual([]);
}

function expectBuilt(site: SiteFolder, count: number, round: number): void {
  const others: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const mx = `mx: mx${String(round)}.${nameOf(n - (n % perFile(count)))}\r\n`;
    if (!site.read(`dist/${policyOf(nameOf(n))}`).includes(mx)) others.push(nameOf(n));
  }
  expect(others).toEqual([]);
}

/** What a build works with and leaves to nobody. */
function leftovers(site: SiteFolder): string[] {
  return filesBelow(site.root).filter((name) => /(^|\/)\.?writing|\.tmp$|\.dead$/.test(name));
}

/** Takes all room of the disk but so many bytes. */
function fill(site: SiteFolder, room: number): void {
  const { bavail, bsize } = fs.statfsSync(site.root);
  site.write("ballast", Buffer.alloc(Math.max(0, bavail * bsize - room)));
}

function canMount(): boolean {
  const probe = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-probe-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe]);
  if (status === 0) spawnSync("umount", [probe]);
  fs.rmdirSync(probe);
  return status === 0;
}

function deadPid(): number {
  return spawnSync(process.execPath, ["-e", "0"]).pid;
}

/** When a process began, in the kernel's ticks. */
function startOf(pid: number): string {
  const stat = fs.readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
