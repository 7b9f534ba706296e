import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A new folder for one test file; readable by the users that daemons change to. */
export function makeTempFolder(name: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `stspress-${name}-`));
  fs.chmodSync(folder, 0o755);
  return folder;
}

export function removeTempFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
}
