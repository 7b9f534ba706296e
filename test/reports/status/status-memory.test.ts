import fs from "node:fs";
import { expect, test } from "vitest";
import { readStatusMemory, writeStatusMemory } from "../../../src/reports/status/status-memory.ts";
import { SiteFolder } from "../../support/site-folder.ts";

const nothing = { domains: new Map(), quarantined: 0 };

test("what was written is read again, whatever a domain is called", () => {
  const site = new SiteFolder();
  const domains = new Map([["__proto__", { health: "trouble", trend: "new" } as const]]);
  writeStatusMemory(site.root, { domains, quarantined: 3 });
  expect(readStatusMemory(site.root)).toEqual({ domains, quarantined: 3 });
});

test.each<[string, string]>([
  ["nothing", ""],
  ["no JSON", "{"],
  ["another version", '{"version":2,"quarantined":3,"told":[]}'],
  ["no list", '{"version":1,"quarantined":3,"told":7}'],
  ["no object", "null"],
])("%s is empty", (_, text) => {
  expect(readStatusMemory(new SiteFolder({ "status.json": text }).root)).toEqual(nothing);
});

test("no file, or a link, is empty", () => {
  const site = new SiteFolder({ elsewhere: '{"version":1,"quarantined":3,"told":[]}' });
  expect(readStatusMemory(site.root)).toEqual(nothing);
  fs.symlinkSync("elsewhere", site.at("status.json"));
  expect(readStatusMemory(site.root)).toEqual(nothing);
});
