import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fingerprintOf } from "../../src/runtime/program-fingerprint.ts";

test("the same program has the same name, another has another", () => {
  const program = folderOf({ "cli.js": "1", "chunk-A.js": "2" });
  const name = fingerprintOf(program, later());
  expect(fingerprintOf(program, later())).toBe(name);
  fs.writeFileSync(path.join(program, "chunk-B.js"), "3");
  expect(fingerprintOf(program, later())).not.toBe(name);
});

test("what a compilation is about to rename is no part of it", () => {
  const program = folderOf({ "cli.js": "1" });
  const name = fingerprintOf(program, later());
  fs.writeFileSync(path.join(program, ".cli.js.4711"), "2");
  // As a file that is gone by the time it is looked at.
  fs.symlinkSync("nothing", path.join(program, "chunk-C.js"));
  expect(fingerprintOf(program, later())).toBe(name);
});

test("a program that was replaced after the process began is nobody's", () => {
  const program = folderOf({ "cli.js": "1" });
  const before = Date.now() - 60_000;
  const names = [fingerprintOf(program, before), fingerprintOf(program, before)];
  expect(new Set([...names, fingerprintOf(program, later())]).size).toBe(3);
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-program-"));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) {
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

function later(): number {
  return Date.now() + 60_000;
}
