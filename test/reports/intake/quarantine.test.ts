import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Quarantine } from "../../../src/reports/intake/quarantine.ts";
import { filesBelow, SiteFolder } from "../../support/site-folder.ts";

const about = { reasons: ["json-invalid"], why: "this is no JSON", source: "posted", at: 1 };

/** Puts a text as an untrusted client's, where three are the limit. */
const post = (quarantine: Quarantine, text: string): string | null =>
  quarantine.putUntrusted(Buffer.from(text), "json", about, 3);

function quarantineIn(site = new SiteFolder()) {
  const folder = site.at("quarantine");
  return { folder, open: () => new Quarantine(folder), files: () => filesBelow(folder) };
}

describe("what untrusted clients send", () => {
  test("is kept up to a bound, beyond which nothing is written", () => {
    const { open, files } = quarantineIn();
    const quarantine = open();
    for (const text of ["a", "b", "c"])
      expect(post(quarantine, text)).toMatch(/^[\da-f]{32}\.json$/);
    const full = files();
    expect(full).toHaveLength(6);
    for (const text of ["d", "e"]) expect(post(quarantine, text)).toBeNull();
    expect(files()).toEqual(full);
  });

  test("is counted once however often it comes: one client fills nothing with equal bytes", () => {
    const { open, files } = quarantineIn();
    const quarantine = open();
    const name = post(quarantine, "a");
    for (let n = 0; n < 10; n += 1) expect(post(quarantine, "a")).toBe(name);
    expect(post(quarantine, "b")).not.toBeNull();
    expect(post(quarantine, "c")).not.toBeNull();
    expect(files()).toHaveLength(6);
    // What is there needs no room.
    expect(post(quarantine, "a")).toBe(name);
  });

  test("is counted on the disk by the next run", () => {
    const { open } = quarantineIn();
    const first = open();
    for (const text of ["a", "b", "b", "b"]) post(first, text);
    const second = open();
    expect(post(second, "b")).not.toBeNull();
    expect(post(second, "c")).not.toBeNull();
    expect(post(second, "d")).toBeNull();
    expect(post(open(), "d")).toBeNull();
  });

  test("has room again when somebody has cleared up, without a restart", () => {
    const { folder, open } = quarantineIn();
    const quarantine = open();
    for (const text of ["a", "b", "c", "d"]) post(quarantine, text);
    const name = post(quarantine, "a") ?? "";
    for (const file of [name, name.replace(".json", ".reason.json")]) {
      fs.rmSync(path.join(folder, file));
    }
    // A file system's clock may tick seldom.
    fs.utimesSync(folder, 1, 1);
    expect(post(quarantine, "d")).not.toBeNull();
    expect(post(quarantine, "e")).toBeNull();
  });

  test("takes room from what others put there too", () => {
    const { open } = quarantineIn();
    for (const text of ["a", "b", "c", "d"]) open().put(Buffer.from(text), "eml", about);
    expect(post(open(), "e")).toBeNull();
    expect(open().count()).toBe(4);
  });
});

test("what is half there after a kill is completed when it comes again, and counted once", () => {
  const { folder, open, files } = quarantineIn();
  const name = post(open(), "a") ?? "";
  fs.rmSync(path.join(folder, name));
  expect(post(open(), "a")).toBe(name);
  expect(files()).toEqual([name, name.replace(".json", ".reason.json")]);
  expect(fs.readFileSync(path.join(folder, name), "utf8")).toBe("a");
});
