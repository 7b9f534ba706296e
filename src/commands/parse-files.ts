/** Domain files → declarations: from the cache where a file did not change, else parsed, in threads when there are many. */
import { Worker } from "node:worker_threads";
import type { DeclaredFile } from "../config/declared.ts";
import { InputCache } from "../edge/input-cache.ts";
import type { FoundFile } from "../edge/site-files.ts";
import { parseFound, type ParsedFile } from "./parse-found.ts";

/** Below this a thread takes longer to start than to help. */
const fewFiles = 400;
const chunkSize = 200;

export interface ParseOptions {
  readonly threads: number;
  /** Tells how many files are done. */
  readonly progress: (done: number) => void;
  /** Whether the cache may be written; reading it never hurts. */
  readonly remember: boolean;
}

/** Parses every file, in the order given. */
export async function parseFiles(
  root: string,
  files: readonly FoundFile[],
  options: ParseOptions,
): Promise<ParsedFile[]> {
  const cache = new InputCache(root);
  const parsed: (ParsedFile | undefined)[] = files.map((file) => {
    const known = cache.get(file) as DeclaredFile | null;
    return known === null ? undefined : { declarations: known, diagnostics: [] };
  });
  const missing = files.flatMap((_, index) => (parsed[index] === undefined ? [index] : []));
  const started = Date.now();
  if (missing.length < fewFiles) {
    for (const index of missing) parsed[index] = parseFound(root, fileAt(files, index));
  } else {
    await parseInThreads(root, files, missing, parsed, options);
  }
  const done = parsed.map((one, index) => {
    if (one === undefined) throw new Error(`${fileAt(files, index)} was not parsed`);
    return one;
  });
  if (options.remember && missing.length > 0 && files.length >= fewFiles) {
    // A file with something to say is parsed again next time, so that it is said again.
    const clean = files.map((_, index) => {
      const one = done[index];
      return one?.diagnostics.length === 0 ? one.declarations : null;
    });
    cache.write(files, clean, started);
  }
  return done;
}

function fileAt(files: readonly FoundFile[], index: number): string {
  return files[index]?.file ?? "";
}

async function parseInThreads(
  root: string,
  files: readonly FoundFile[],
  missing: readonly number[],
  parsed: (ParsedFile | undefined)[],
  options: ParseOptions,
): Promise<void> {
  let next = 0;
  let done = 0;
  const runThread = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL("./parse-worker.js", import.meta.url), {
        workerData: { root },
      });
      let chunk: readonly number[] = [];
      const feed = () => {
        chunk = missing.slice(next, next + chunkSize);
        next += chunk.length;
        if (chunk.length === 0) void worker.terminate();
        else worker.postMessage(chunk.map((index) => fileAt(files, index)));
      };
      worker.on("message", (results: readonly ParsedFile[]) => {
        chunk.forEach((index, at) => (parsed[index] = results[at]));
        done += chunk.length;
        options.progress(done);
        feed();
      });
      worker.on("error", reject);
      worker.on("exit", () => {
        resolve();
      });
      feed();
    });
  const threads = Math.max(1, Math.min(options.threads, Math.ceil(missing.length / fewFiles)));
  await Promise.all(Array.from({ length: threads }, runThread));
}
