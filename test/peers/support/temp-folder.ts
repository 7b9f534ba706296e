import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Cleanup } from "./cleanup.ts";

/** A new folder that goes with the cleanup; readable by the users that daemons change to. */
export function makeTempFolder(name: string, cleanup: Cleanup): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `stspress-${name}-`));
  fs.chmodSync(folder, 0o755);
  cleanup.add(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
