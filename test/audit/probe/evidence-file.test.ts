/** Evidence on a disk that fails: the error is reported, nothing waits for ever, nothing is left behind. */
import fs from "node:fs";
import { expect, test } from "vitest";
import type { DomainEvidence } from "../../../src/audit/evidence.ts";
import { EvidenceFile } from "../../../src/audit/probe/evidence-file.ts";
import { SiteFolder } from "../../support/site-folder.ts";
import { subject } from "../support/subject.ts";

const full = "/dev/full";

function big(): DomainEvidence {
  const { evidence } = subject({});
  return { ...evidence, domain: `${"a".repeat(100_000)}.example` };
}

test.skipIf(!fs.existsSync(full)).each([
  ["small evidence", subject({}).evidence],
  ["more than the stream buffers", big()],
])("a full disk is reported at the end: %s", async (_, evidence) => {
  const site = new SiteFolder();
  fs.symlinkSync(full, site.at("seen.json.tmp"));
  const file = new EvidenceFile(site.at("seen.json"), 1);
  for (let times = 0; times < 3; times += 1) {
    await file.add(evidence);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await expect(file.finish([])).rejects.toThrow("ENOSPC");
  expect(fs.readdirSync(site.at("."))).toEqual([]);
});

test("what cannot be put in its place leaves nothing behind", async () => {
  const site = new SiteFolder();
  fs.mkdirSync(site.at("seen.json/within"), { recursive: true });
  const file = new EvidenceFile(site.at("seen.json"), 1);
  await file.add(subject({}).evidence);
  await expect(file.finish([])).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(fs.readdirSync(site.at("."))).toEqual(["seen.json"]);
});

test("many waits for the disk leave nobody listening", async () => {
  const site = new SiteFolder();
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warned);
  const file = new EvidenceFile(site.at("seen.json"), 1);
  for (let times = 0; times < 20; times += 1) await file.add(big());
  await file.finish([]);
  process.off("warning", warned);
  expect(warnings).toEqual([]);
  expect(JSON.parse(site.read("seen.json"))).toMatchObject({ version: 1 });
});
