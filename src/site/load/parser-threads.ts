/** Threads that read and parse domain files while the main one still looks for more of them. */
import { Worker } from "node:worker_threads";
import type { FoundFile } from "./site-files.ts";
import type { ParsedFile } from "./parse-found.ts";

/** A file that was found, and what it said once that is known. */
export interface FileInHand {
  readonly found: FoundFile;
  parsed: ParsedFile | null;
}

/** So many chunks a thread has in hand: the next is there when one is done. */
const chunksInHand = 2;

interface Thread {
  readonly worker: Worker;
  readonly chunks: (readonly FileInHand[])[];
}

export class ParserThreads {
  readonly #root: string;
  readonly #most: number;
  readonly #threads: Thread[] = [];
  readonly #waiting: (readonly FileInHand[])[] = [];
  #done = 0;
  #failed: Error | null = null;
  #wake: () => void = () => undefined;

  /** At most so many threads. */
  constructor(root: string, most: number) {
    this.#root = root;
    this.#most = most;
  }

  /** Takes files, starts one more thread while there are fewer than may be, and returns at once. */
  add(chunk: readonly FileInHand[]): void {
    this.#waiting.push(chunk);
    if (this.#threads.length < this.#most) this.#threads.push(this.#start());
    this.#feed();
  }

  /** Waits until every file is parsed; tells how many are. Throws what went wrong in a thread. */
  async finish(progress: (done: number) => void): Promise<void> {
    for (;;) {
      if (this.#failed !== null) throw this.#failed;
      progress(this.#done);
      if (this.#waiting.length === 0 && this.#threads.every((one) => one.chunks.length === 0)) {
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when no thread does anything any more. */
  async end(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(): Thread {
    const worker = new Worker(new URL("./parse-worker.js", import.meta.url), {
      workerData: { root: this.#root },
    });
    const thread: Thread = { worker, chunks: [] };
    worker.on("message", (results: readonly ParsedFile[]) => {
      const chunk = thread.chunks.shift() ?? [];
      chunk.forEach((file, at) => (file.parsed = results[at] ?? null));
      this.#done += chunk.length;
      this.#feed();
      this.#wake();
    });
    worker.on("error", (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    worker.on("exit", () => {
      if (thread.chunks.length > 0) this.#fail(new Error("a thread ended before its work"));
    });
    return thread;
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#wake();
  }

  #feed(): void {
    for (let room = 1; room <= chunksInHand; room += 1) {
      for (const { worker, chunks } of this.#threads) {
        if (chunks.length >= room) continue;
        const chunk = this.#waiting.shift();
        if (chunk === undefined) return;
        chunks.push(chunk);
        worker.postMessage(chunk.map(({ found }) => found.file));
      }
    }
  }
}
