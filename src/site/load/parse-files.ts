/** Domain files → declarations: from the cache where a file did not change, else parsed, in threads when there are many. */
import { setImmediate as othersTurn } from "node:timers/promises";
import type { DeclaredFile } from "../../config/declared.ts";
import { compareText, type Diagnostic } from "../../diagnostics/diagnostic.ts";
import { InputCache } from "./input-cache.ts";
import { walkDomainFiles } from "./site-files.ts";
import { parseFound, type ParsedFile } from "./parse-found.ts";
import { ParserThreads, type FileInHand } from "./parser-threads.ts";

/** Below this a thread takes longer to start than to help. */
const fewFiles = 400;
const chunkSize = 200;

export interface ParseOptions {
  readonly threads: number;
  /** Tells how many files are done, and how many there are. */
  readonly progress: (done: number, total: number) => void;
  /** Whether the cache may be written; reading it never hurts. */
  readonly remember: boolean;
}

/** Every domain file there is, sorted by path. */
export interface ParsedFiles {
  readonly files: readonly ParsedFile[];
  /** What is wrong with what was found, apart from what is in the files. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds and parses every domain file of a site; looking for them and parsing go on at the same time. */
export async function parseFiles(root: string, options: ParseOptions): Promise<ParsedFiles> {
  const cache = new InputCache(root);
  const started = Date.now();
  const threads = new ParserThreads(root, options.threads);
  const files: FileInHand[] = [];
  const diagnostics: Diagnostic[] = [];
  let missing: FileInHand[] = [];
  let most = fewFiles;
  try {
    for (const one of walkDomainFiles(root)) {
      if (!one.ok) {
        diagnostics.push(...one.problems);
        continue;
      }
      const found = one.value;
      const known = cache.get(found) as DeclaredFile | null;
      const file = { found, parsed: known && { declarations: known, diagnostics: [] } };
      files.push(file);
      if (known !== null) continue;
      missing.push(file);
      if (missing.length < most) continue;
      for (const chunk of chunks(missing)) threads.add(chunk);
      missing = [];
      most = chunkSize;
      await othersTurn();
    }
    if (most === fewFiles) {
      for (const file of missing) file.parsed = parseFound(root, file.found.file);
    } else {
      if (missing.length > 0) threads.add(missing);
      await threads.finish((done) => {
        options.progress(done, files.length);
      });
    }
  } finally {
    await threads.end();
  }
  files.sort((a, b) => compareText(a.found.file, b.found.file));
  const parsed = files.map(parsedOf);
  const changed = most !== fewFiles || missing.length > 0;
  if (options.remember && changed && files.length >= fewFiles) {
    // A file with something to say is parsed again next time, so that it is said again.
    const clean = parsed.map((one) => (one.diagnostics.length === 0 ? one.declarations : null));
    const found = files.map((one) => one.found);
    cache.write(found, clean, started);
  }
  return { files: parsed, diagnostics };
}

function parsedOf({ found, parsed }: FileInHand): ParsedFile {
  if (parsed === null) throw new Error(`${found.file} was not parsed`);
  return parsed;
}

function* chunks(files: readonly FileInHand[]): Generator<readonly FileInHand[]> {
  for (let at = 0; at < files.length; at += chunkSize) yield files.slice(at, at + chunkSize);
}
