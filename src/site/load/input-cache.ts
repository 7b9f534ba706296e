/** What the files said when they were last parsed, by size and times, so that 100,000 unchanged files are not parsed again. */
import fs from "node:fs";
import path from "node:path";
import { programFingerprint } from "../../runtime/program-fingerprint.ts";
import type { FoundFile } from "./site-files.ts";
import { ownPid } from "../../runtime/this-process.ts";

/** A file that changed this shortly before it was read could change again within one tick of its clock. */
const racyMs = 100;

type Row = readonly [file: string, size: number, mtimeMs: number, ctimeMs: number, value: unknown];

/** `.stspress/cache/inputs.json`; never trusted beyond what it saves: it may be deleted at any time. */
export class InputCache {
  readonly #file: string;
  readonly #rows = new Map<string, Row>();

  constructor(root: string) {
    this.#file = path.join(root, ".stspress", "cache", "inputs.json");
    let text: string;
    try {
      text = fs.readFileSync(this.#file, "utf8");
    } catch {
      return;
    }
    const [head, ...lines] = text.split("\n");
    if (head !== programFingerprint()) return;
    try {
      for (const line of lines) {
        if (line === "") continue;
        const row = JSON.parse(line) as Row;
        this.#rows.set(row[0], row);
      }
    } catch {
      this.#rows.clear();
    }
  }

  /** What a file said, when it is still the one that was parsed; else null. */
  get(found: FoundFile): unknown {
    const row = this.#rows.get(found.file);
    if (row === undefined) return null;
    const [, size, mtimeMs, ctimeMs, value] = row;
    return size === found.size && mtimeMs === found.mtimeMs && ctimeMs === found.ctimeMs
      ? value
      : null;
  }

  /** Remembers what files said; `startedMs` is when reading them began. A cache that cannot be written is only slower. */
  write(files: readonly FoundFile[], values: readonly unknown[], startedMs: number): void {
    try {
      fs.mkdirSync(path.dirname(this.#file), { recursive: true });
      const temp = `${this.#file}.${String(ownPid)}`;
      const handle = fs.openSync(temp, "w");
      try {
        for (const text of pieces(files, values, startedMs)) fs.writeFileSync(handle, text);
      } finally {
        fs.closeSync(handle);
      }
      fs.renameSync(temp, this.#file);
    } catch {
      // The next build parses again.
    }
  }
}

const linesPerPiece = 1000;

/** The text of the cache, in pieces: as a whole it would be the largest thing in memory. */
function* pieces(
  files: readonly FoundFile[],
  values: readonly unknown[],
  startedMs: number,
): Generator<string> {
  let lines = [programFingerprint()];
  for (const [index, { file, size, mtimeMs, ctimeMs }] of files.entries()) {
    const value = values[index] ?? null;
    if (value === null || ctimeMs > startedMs - racyMs) continue;
    lines.push(JSON.stringify([file, size, mtimeMs, ctimeMs, value] satisfies Row));
    if (lines.length < linesPerPiece) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  yield `${lines.join("\n")}\n`;
}
