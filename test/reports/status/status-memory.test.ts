import fs from "node:fs";
import { expect, test } from "vitest";
import { readStatusMemory, writeStatusMemory } from "../../../src/reports/status/status-memory.ts";
import { SiteFolder } from "../../support/site-folder.ts";

const nothing = { told: new Map(), quarantined: 0 };

test("what was told is read again, whatever a domain is called", () => {
  const site = new SiteFolder();
  const told = new Map([["__proto__", { health: "trouble", trend: "new" } as const]]);
  writeStatusMemory(site.root, { told, quarantined: 3 });
  expect(readStatusMemory(site.root)).toEqual({ told, quarantined: 3 });
});

test.each<[string, string]>([
  ["nothing", ""],
  ["no JSON", "{"],
  ["another version", '{"version":2,"quarantined":3,"told":[]}'],
  ["no list", '{"version":1,"quarantined":3,"told":7}'],
  ["no object", "null"],
])("%s was never told", (_, text) => {
  expect(readStatusMemory(new SiteFolder({ "status.json": text }).root)).toEqual(nothing);
});

test("no file, or a link, was never told", () => {
  const site = new SiteFolder({ elsewhere: '{"version":1,"quarantined":3,"told":[]}' });
  expect(readStatusMemory(site.root)).toEqual(nothing);
  fs.symlinkSync("elsewhere", site.at("status.json"));
  expect(readStatusMemory(site.root)).toEqual(nothing);
});
