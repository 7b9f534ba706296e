import { describe, expect, test } from "vitest";
import { InputCache } from "../../../src/site/load/input-cache.ts";
import type { FoundFile } from "../../../src/site/load/site-files.ts";
import { SiteFolder } from "../../support/site-folder.ts";

const startedMs = 1_800_000_000_000;
const cacheFile = ".stspress/cache/inputs.json";

/** A file that last changed so many milliseconds before reading began. */
function file(agoMs: number, more: Partial<FoundFile> = {}): FoundFile {
  const changed = startedMs - agoMs;
  return { file: "domains/a.yaml", size: 10, mtimeMs: changed, ctimeMs: changed, ...more };
}

/** What another run makes of what this one remembered. */
function remembered(written: FoundFile, found = written, site = new SiteFolder()): unknown {
  new InputCache(site.root).write([written], [{ domain: "a.example" }], startedMs);
  return new InputCache(site.root).get(found);
}

describe("a file that is the one that was parsed", () => {
  test("is not parsed again", () => {
    expect(remembered(file(60_000))).toEqual({ domain: "a.example" });
  });

  // Within one tick of a file system's clock it could change again and look the same.
  test.each([
    [-5, null],
    [0, null],
    [99, null],
    [100, { domain: "a.example" }],
  ])("but changed %i ms before it was read, gives %j", (agoMs, value) => {
    expect(remembered(file(agoMs))).toEqual(value);
  });

  test("is told by the time of its change, whatever time of writing it bears", () => {
    expect(remembered(file(50, { mtimeMs: startedMs - 60_000 }))).toBeNull();
  });
});

test.each<[string, Partial<FoundFile>]>([
  ["size", { size: 11 }],
  ["time of writing", { mtimeMs: 1 }],
  ["time of change", { ctimeMs: 1 }],
  ["name", { file: "domains/b.yaml" }],
])("a file of another %s is another", (_, other) => {
  expect(remembered(file(60_000), file(60_000, other))).toBeNull();
});

describe("a cache that cannot be believed is none", () => {
  test.each<[string, (text: string) => string]>([
    ["another program's", (text) => text.replace(/^./, "-")],
    ["cut off", (text) => text.slice(0, -5)],
    ["nothing", () => ""],
  ])("%s", (_, change) => {
    const site = new SiteFolder();
    expect(remembered(file(60_000), file(60_000), site)).not.toBeNull();
    site.write(cacheFile, change(site.read(cacheFile)));
    expect(new InputCache(site.root).get(file(60_000))).toBeNull();
  });

  test("one that cannot be written is only slower", () => {
    const site = new SiteFolder({ ".stspress/cache": "a file" });
    expect(remembered(file(60_000), file(60_000), site)).toBeNull();
  });
});
