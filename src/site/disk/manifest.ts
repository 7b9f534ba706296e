/** `dist/.manifest`: what the last build wrote, so that the next one knows what is unchanged and what it may delete. */
import fs from "node:fs";
import type { Written } from "./file-writer.ts";

export const manifestName = ".manifest";

/** One file of the last build. */
export interface ManifestRow extends Written {
  /** Names what the file was made from; "-" where only its content tells. */
  readonly key: string;
}

/** What stands for a file that is about to be written: were the build killed, it would belong to nobody. */
const coming: ManifestRow = { digest: "-", size: 0, mtimeMs: 0, key: "-" };

/** Reads a manifest; one that is not there, or not as a build wrote it, has no rows. */
export function readManifest(file: string): Map<string, ManifestRow> {
  const rows = new Map<string, ManifestRow>();
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    return rows;
  }
  for (const line of text.split("\n")) {
    const [digest = "", size = "", mtimeMs = "", key = "", ...rest] = line.split(" ");
    const name = rest.join(" ");
    if (!isInside(name)) continue;
    rows.set(name, { digest, size: Number(size), mtimeMs: Number(mtimeMs), key });
  }
  return rows;
}

/** Prints a manifest; `announced` are the files that are about to be written. */
export function formatManifest(
  rows: ReadonlyMap<string, ManifestRow>,
  announced: Iterable<string>,
): string {
  const lines: string[] = [];
  for (const [file, row] of rows) lines.push(formatRow(file, row));
  for (const file of announced) if (!rows.has(file)) lines.push(formatRow(file, coming));
  return lines.join("");
}

/** Prints one row of a manifest, with its line end. */
export function formatRow(file: string, { digest, size, mtimeMs, key }: ManifestRow): string {
  return `${digest} ${String(size)} ${String(mtimeMs)} ${key} ${file}\n`;
}

/** A manifest is a file like any other: a name in it must not lead out of `dist/`. */
function isInside(name: string): boolean {
  return (
    name !== "" && name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
