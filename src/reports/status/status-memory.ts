/** Remembers in `.stspress/reports/status.json` which verdicts were printed. */
import fs from "node:fs";
import path from "node:path";
import type { RememberedStatus } from "../analysis/status-change.ts";
import { replaceFile } from "../../runtime/atomic-file.ts";
import { codeOf } from "../../runtime/system-error.ts";

/** What was printed last. */
export interface StatusMemory {
  readonly domains: ReadonlyMap<string, RememberedStatus>;
  readonly quarantined: number;
}

const version = 1;
/** Larger than any that this program writes. */
const maxBytes = 64 * 1024 * 1024;

/** Reads it from the folder of the reports. An unreadable file counts as empty. */
export function readStatusMemory(folder: string): StatusMemory {
  const nothing = { domains: new Map<string, RememberedStatus>(), quarantined: 0 };
  const file = fileIn(folder);
  let text: string;
  try {
    const stat = fs.lstatSync(file);
    if (!stat.isFile() || stat.size > maxBytes) return nothing;
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return nothing;
    throw error;
  }
  try {
    const read = JSON.parse(text) as {
      version?: unknown;
      quarantined?: unknown;
      told?: readonly (readonly [string, string, string])[];
    };
    if (read.version !== version) return nothing;
    return {
      domains: new Map(
        (read.told ?? []).map(([domain, health, trend]) => [
          domain,
          { health, trend } as RememberedStatus,
        ]),
      ),
      quarantined: typeof read.quarantined === "number" ? read.quarantined : 0,
    };
  } catch {
    return nothing;
  }
}

/** Writes it whole or not at all. @throws the system's errors */
export function writeStatusMemory(folder: string, { domains, quarantined }: StatusMemory): void {
  // Pairs, not keys: a domain may be called __proto__.
  const rows = [...domains].map(([domain, { health, trend }]) => [domain, health, trend]);
  replaceFile(fileIn(folder), `${JSON.stringify({ version, quarantined, told: rows })}\n`);
}

function fileIn(folder: string): string {
  return path.join(folder, "status.json");
}
