import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readMailboxState, writeMailboxState } from "../../../src/reports/intake/imap-state.ts";

function stateFile(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-imap-state-"));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true });
  });
  return path.join(folder, "imap-state.json");
}

const state = { uidValidity: "17", lastUid: 5, again: { "3": 1 } };

test("what was written is read, and each mailbox has its own", () => {
  const file = stateFile();
  expect(readMailboxState(file, "a")).toBeNull();
  writeMailboxState(file, "a", state);
  writeMailboxState(file, "__proto__", { ...state, lastUid: 9 });
  writeMailboxState(file, "a", { ...state, lastUid: 6 });
  expect(readMailboxState(file, "a")).toEqual({ ...state, lastUid: 6 });
  expect(readMailboxState(file, "__proto__")).toEqual({ ...state, lastUid: 9 });
  expect(readMailboxState(file, "b")).toBeNull();
});

test.each([
  "",
  "{",
  "null",
  "[]",
  '{"version": 2, "mailboxes": {"a": {"uidValidity": "17", "lastUid": 5, "again": {}}}}',
  '{"version": 1, "mailboxes": {"a": {"uidValidity": 17, "lastUid": 5, "again": {}}}}',
  '{"version": 1, "mailboxes": {"a": {"uidValidity": "17", "lastUid": "5", "again": {}}}}',
  '{"version": 1, "mailboxes": {"a": {"uidValidity": "17", "lastUid": 5, "again": {"1": null}}}}',
])("a damaged state is none: %s", (text) => {
  const file = stateFile();
  fs.writeFileSync(file, text);
  expect(readMailboxState(file, "a")).toBeNull();
  writeMailboxState(file, "a", state);
  expect(readMailboxState(file, "a")).toEqual(state);
});
