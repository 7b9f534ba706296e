import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure } from "../../../src/diagnostics/result.ts";
import { Quarantine } from "../../../src/reports/intake/quarantine.ts";
import { readSources } from "../../../src/reports/intake/sources.ts";
import { walk } from "../../../src/reports/intake/walk.ts";

let folder = "";
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "stspress-sources-")));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

const put = (name: string, content: string | Buffer = name): string => {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  return file;
};

function found(...paths: string[]): string[] {
  return [...walk(paths)].flatMap((one) =>
    one.ok
      ? [path.relative(folder, one.value.path)]
      : one.problems.map((left) => `${path.relative(folder, left.path)}: ${left.why}`),
  );
}

describe("walking", () => {
  test("finds files at any depth, in the order of their names", () => {
    for (const name of ["b/c", "a", "b/a/x.json", ".hidden/cur/1:2,S"]) put(name);
    expect(found(folder)).toEqual([".hidden/cur/1:2,S", "a", "b/a/x.json", "b/c"]);
  });

  test("takes cur and new of a Maildir, and not what is being delivered", () => {
    for (const name of ["m/cur/1:2,S", "m/new/2", "m/tmp/3", "other/tmp/4"]) put(name);
    expect(found(folder)).toEqual(["m/cur/1:2,S", "m/new/2", "other/tmp/4"]);
  });

  test("leaves out what this program keeps, unless it is named", () => {
    for (const name of [".stspress/reports/quarantine/1.eml", ".git/x", "a"]) put(name);
    expect(found(folder)).toEqual(["a"]);
    expect(found(path.join(folder, ".stspress"))).toEqual([".stspress/reports/quarantine/1.eml"]);
  });

  test("follows a link to a file of the same folder, and none that leads elsewhere", () => {
    put("in/a");
    put("out/secret");
    fs.symlinkSync("a", path.join(folder, "in/b"));
    fs.symlinkSync("../out/secret", path.join(folder, "in/c"));
    fs.symlinkSync("../out", path.join(folder, "in/d"));
    fs.symlinkSync(".", path.join(folder, "in/e"));
    fs.symlinkSync("nowhere", path.join(folder, "in/f"));
    expect(found(path.join(folder, "in"))).toEqual([
      "in/a",
      "in/b",
      "in/c: skipped: the link leads out of the folder",
      "in/d: skipped: the link leads out of the folder",
      "in/e: skipped: it is a link to a folder",
      "in/f: there is no such file or folder",
    ]);
    // What is named itself is meant.
    expect(found(path.join(folder, "in/c"))).toEqual(["in/c"]);
  });

  test("passes over a pipe, which would be waited for without end", () => {
    execFileSync("mkfifo", [path.join(folder, "p")]);
    put("q");
    expect(found(folder)).toEqual(["p: skipped: it is a pipe", "q"]);
    expect([...walk([path.join(folder, "p")])]).toMatchObject([
      { problems: [{ isUnreadable: true }] },
    ]);
  });

  test("says what is not there", () => {
    const none = path.join(folder, "none");
    const why = "there is no such file or folder";
    expect([...walk([none])]).toEqual([failure({ path: none, why, isUnreadable: true })]);
  });
});

describe("reading", () => {
  const read = async (file: string) => {
    const all: [string, number, number][] = [];
    for await (const one of readSources(file)) {
      if (!one.ok) throw new Error(JSON.stringify(one.problems));
      const { name, bytes, isWhole, read: octets } = one.value;
      expect(isWhole).toBe(true);
      all.push([path.basename(name), bytes.length, octets]);
    }
    return all;
  };
  const line = "From a@b.example Tue Nov 24 10:00:00 2026\n";

  test("a small file, an empty one, a large one, and one that is too large", async () => {
    expect(await read(put("a", "abc"))).toEqual([["a", 3, 3]]);
    expect(await read(put("b", ""))).toEqual([["b", 0, 0]]);
    expect(await read(put("c", Buffer.alloc(3_000_000)))).toEqual([["c", 3_000_000, 3_000_000]]);
    const huge = put("d");
    fs.truncateSync(huge, 80 * 1024 * 1024);
    const sources = [];
    for await (const one of readSources(huge)) sources.push(one);
    expect(sources).toMatchObject([{ value: { name: huge, isWhole: false } }]);
  });

  test("a mailbox, small and large, mail by mail", async () => {
    expect(await read(put("m", `${line}A: b\n\n${line}C: d\n`))).toEqual([
      ["m#1", 6, line.length + 6],
      ["m#2", 5, line.length + 5],
    ]);
    const mail = `${line}A: b\n\n${"x".repeat(99)}\n\n`;
    const all = await read(put("n", mail.repeat(30_000)));
    expect(all).toHaveLength(30_000);
    expect(new Set(all.map(([, size]) => size)).size).toBe(1);
  });

  test("a file that has gone is told", async () => {
    const told = [];
    for await (const one of readSources(path.join(folder, "gone"))) told.push(one);
    expect(told).toMatchObject([
      { problems: [{ why: "there is no such file or folder", isUnreadable: true }] },
    ]);
  });
});

describe("the quarantine", () => {
  const about = { reasons: ["gzip-damaged"], why: "it is damaged", source: "x#1", at: 7 };

  test("keeps octets and reason once, for nobody else to read", () => {
    const quarantine = new Quarantine(path.join(folder, "quarantine"));
    expect(quarantine.count()).toBe(0);
    const name = quarantine.put(Buffer.from("abc"), "gz", about);
    expect(quarantine.put(Buffer.from("abc"), "gz", about)).toBe(name);
    quarantine.put(Buffer.from("def"), "eml", about);
    expect(quarantine.count()).toBe(2);
    const kept = path.join(folder, "quarantine", name);
    expect(fs.readFileSync(kept, "utf8")).toBe("abc");
    expect(fs.statSync(kept).mode & 0o077).toBe(0);
    const reason = fs.readFileSync(kept.replace(/\.gz$/, ".reason.json"), "utf8");
    expect(JSON.parse(reason)).toEqual(about);
    expect(fs.readdirSync(path.join(folder, "quarantine"))).toHaveLength(4);
  });
});
