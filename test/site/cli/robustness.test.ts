import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  domainFile,
  ended,
  filesBelow,
  policyOf,
  settings,
  SiteFolder,
  start,
} from "../../support/site-folder.ts";

/** Rounds of sudden death; `STSPRESS_KILLS=50` for the thorough look. */
const kills = Number(process.env["STSPRESS_KILLS"] ?? "6");

describe("killed at a random moment", () => {
  test(`${String(kills)} times, each while every policy changes`, async () => {
    const site = manyDomains(150);
    const began = performance.now();
    site.build();
    const wholeMs = performance.now() - began;
    let cut = 0;
    for (let round = 0; round < kills; round += 1) {
      const before = site.has("dist/site") ? filesBelow(site.at("dist/site")) : [];
      const known = new Set(policiesOf(site));
      declare(site, 150, round);
      for (const policy of policiesOf(site)) known.add(policy);
      const child = start(["build", "--site", site.root]);
      await sleep(wholeMs * (0.15 + Math.random() * 0.85));
      child.kill("SIGKILL");
      if ((await ended(child)) === null) cut += 1;
      // No policy that was there is gone.
      for (const name of before) expect(site.has(`dist/site/${name}`), name).toBe(true);
      expectWhole(site);
      const { err } = site.build();
      expect(err).not.toContain("error");
      expectWhole(site);
      expectBuilt(site, 150, round);
      expect(leftovers(site)).toEqual([]);
    }
    expect(cut).toBeGreaterThan(0);
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
    for (const row of rows) {
      const [digest = "", size = "", , , name = ""] = row.split(" ");
      const content = site.read(`dist/${name}`);
      expect(createHash("sha1").update(content).digest("hex").slice(0, 20), name).toBe(digest);
      expect(Buffer.byteLength(content), name).toBe(Number(size));
    }
    const before = site.snapshot();
    site.build();
    expect(site.snapshot()).toEqual(before);
  }, 60_000);

  test("killed at any moment leaves no part of dist/, and the next build makes all of it", async () => {
    const site = manyDomains(manyEnough);
    const began = performance.now();
    site.build();
    const wholeMs = performance.now() - began;
    for (const part of [0.5, 0.7, 0.9]) {
      for (const made of ["dist", ".stspress", "stspress.lock"]) site.remove(made);
      const child = start(["build", "--site", site.root]);
      await sleep(wholeMs * part);
      child.kill("SIGKILL");
      await ended(child);
      if (site.has("dist")) expectWhole(site);
      site.build();
      expectWhole(site);
      expectBuilt(site, manyEnough, 0);
      expect(site.has(".stspress/new-dist")).toBe(false);
    }
  }, 120_000);
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
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", disk]);
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
      ["live", ["--all"]],
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

/** Writes the domain files; another `round` is another text of every policy. */
function declare(site: SiteFolder, count: number, round: number): void {
  for (let n = 0; n < count; n += 1) {
    const domain = nameOf(n);
    site.write(`domains/${domain}.yaml`, domainFile(domain, `mx${String(round)}.${domain}`));
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
  const inLock = new Set(
    [...lock.matchAll(/^policy \w+ (".*")$/gm)].map(
      (found) => JSON.parse(found[1] ?? "") as string,
    ),
  );
  const ids = new Set([...lock.matchAll(/\bid=(\w+)/g)].map((found) => found[1]));
  const zones = filesBelow(site.at("dist/dns"));
  expect(zones.length).toBeGreaterThan(0);
  for (const policy of policiesOf(site)) {
    expect(policy).toMatch(
      /^version: STSv1\r\nmode: testing\r\nmx: mx\d+\.acme\d+\.de\r\nmax_age: 604800\r\n$/,
    );
    expect(inLock).toContain(policy);
  }
  for (const name of zones) {
    const id = /v=STSv1; id=(\w+);/.exec(site.read(`dist/dns/${name}`))?.[1];
    expect(ids, name).toContain(id);
  }
  // Records come last: an id is not to be pasted while its policy is not there.
  for (const [, domain = "", id = "", digest = ""] of lock.matchAll(
    /^domain (\S+) .*?\bid=(\w+) policy=(\w+)/gm,
  )) {
    const zone = `dist/dns/${domain}.zone`;
    if (!site.has(zone) || !site.read(zone).includes(`id=${id};`)) continue;
    const text = new RegExp(`^policy ${digest} (".*")$`, "m").exec(lock)?.[1] ?? "";
    expect(site.read(`dist/${policyOf(domain)}`)).toBe(JSON.parse(text));
  }
}

function expectBuilt(site: SiteFolder, count: number, round: number): void {
  for (let n = 0; n < count; n += 1) {
    const domain = nameOf(n);
    expect(site.read(`dist/${policyOf(domain)}`)).toContain(`mx: mx${String(round)}.${domain}\r\n`);
  }
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

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
