/** What a build says is next: what is not live yet, whichever build made it. */
import { expect, test } from "vitest";
import { SiteFolder } from "../../support/site-folder.ts";

function site(address: string): SiteFolder {
  const folder = new SiteFolder();
  settings(folder, address);
  declare(folder, "mx1.acme.de");
  return folder;
}

function settings(folder: SiteFolder, address: string): void {
  folder.write("stspress.yaml", `target: caddy\ntargets: {caddy: {address: ["${address}"]}}\n`);
}

function declare(folder: SiteFolder, mx: string): void {
  folder.write(
    "domains/acme.de.yaml",
    `domain: acme.de\ntls-rpt: {rua: mailto:tls@acme.de}\nmta-sts: {mode: testing, mx: [${mx}], max_age: 1w}\n`,
  );
}

function pending(folder: SiteFolder, ...args: string[]): string {
  return folder
    .run("records", ["--pending", ...args])
    .out.replace(/^;.*\n/gm, "")
    .trim();
}

test("the records of the build before last are still there", () => {
  const folder = site("198.51.100.7");
  folder.build();
  declare(folder, "mx1.acme.de, mx2.acme.de");
  const { out } = folder.build();
  expect(out).toContain("mta-sts.acme.de. 3600 IN A 198.51.100.7");
  expect(out).toMatch(/^1\. Deploy .*\n2\. Publish these records so that senders find/m);
  expect(pending(folder, "--step", "host")).toBe("mta-sts.acme.de. 3600 IN A 198.51.100.7");
  expect(pending(folder, "--step", "reports")).toMatch(
    /^_smtp\._tls\.acme\.de\. 3600 IN TXT "v=TLSRPTv1;[^\n]*$/,
  );
  const early = folder.run("records", ["--pending", "--step", "announce"]);
  expect([early.code, early.err]).toEqual([
    0,
    expect.stringContaining("[site/not-served]") as unknown,
  ]);
  expect(early.out).not.toContain("_mta-sts");
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  folder.run("live", ["--all", "--no-check", "--served", now]);
  expect(pending(folder, "--step", "announce")).toMatch(
    /^_mta-sts\.acme\.de\. 3600 IN TXT "v=STSv1;[^\n]*$/,
  );
  const update = folder.run("records", ["--pending", "--step", "host", "--format", "nsupdate"]).out;
  expect(update).not.toContain("_mta-sts");
  expect(update.match(/^send$/gm)).toHaveLength(1);
});

test("nothing is next once everything is live", () => {
  const folder = site("198.51.100.7");
  folder.build();
  folder.run("live", ["--all", "--no-check"]);
  expect(folder.build().out).not.toContain("Next");
  expect(pending(folder)).toBe("");
});

test("another address is a deployment of its own, although the id stays", () => {
  const folder = site("198.51.100.7");
  folder.build();
  folder.run("live", ["--all", "--no-check"]);
  settings(folder, "203.0.113.9");
  const { out } = folder.build();
  expect(out).toContain("1. Deploy dist/site and dist/caddy");
  expect(out).toContain("mta-sts.acme.de moves from 198.51.100.7 to 203.0.113.9.");
  expect(out).toContain("curl --connect-to mta-sts.acme.de:443:203.0.113.9:443");
  expect(out).toContain("replace (do not add) the record");
  expect(out).toContain("Keep the old place serving the new policy for 60 minutes");
  expect(pending(folder)).toBe("mta-sts.acme.de. 3600 IN A 203.0.113.9");
});

test("the records of a domain that is gone are to be removed until that is seen", () => {
  const folder = site("198.51.100.7");
  folder.build();
  folder.run("live", ["--all", "--no-check"]);
  folder.write("stspress.yaml", `${folder.read("stspress.yaml")}gone: {acme.de: sold}\n`);
  folder.remove("domains/acme.de.yaml");
  folder.build();
  folder.build();
  const { out } = folder.run("records", ["--pending"]);
  expect(out).toMatch(/^; {3}mta-sts\.acme\.de\. 3600 IN A 198\.51\.100\.7$/m);
  folder.run("live", ["--all", "--no-check"]);
  expect(folder.run("records", ["--pending"]).out).not.toContain("mta-sts.acme.de");
});
