/** A thread that writes files of a folder that nobody looks at yet, in the order in which it is told. */
import { Worker } from "node:worker_threads";
import type { KeyedWrite } from "./dist.ts";
import { NotAFolder, WriteFailed } from "./file-writer.ts";

/**
 * What the thread is told: of each file its path, content and key, one after another, since texts alone
 * are copied in half the time; and what it answers: the files' rows of the manifest, or what went wrong.
 */
export type WriteOrder = readonly string[];
export type WriteAnswer =
  | { readonly ok: true; readonly rows: string }
  | { readonly ok: false; readonly path: string; readonly code: string | null };

/** What the thread has in hand lives shortly: room for more would only be filled. */
const maxYoungGenerationSizeMb = 8;

export class WriterThread {
  readonly #worker: Worker;
  /** Of each order that was not answered yet. */
  readonly #orders: { readonly files: number; readonly characters: number }[] = [];
  #waiting = 0;
  readonly #keep: (rows: string, files: number) => void;
  #failed: Error | null = null;
  #wake: () => void = () => undefined;

  /** `keep` is given the manifest's rows of what was written. */
  constructor(folder: string, keep: (rows: string, files: number) => void) {
    this.#keep = keep;
    this.#worker = new Worker(new URL("./write-worker.js", import.meta.url), {
      workerData: { folder },
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#worker.on("message", (answer: WriteAnswer) => {
      try {
        this.#take(answer);
      } catch (error) {
        this.#fail(error);
      }
      this.#wake();
    });
    this.#worker.on("error", (error) => {
      this.#fail(error);
      this.#wake();
    });
  }

  /** Characters that were sent and are not written yet. */
  get waiting(): number {
    return this.#waiting;
  }

  send(writes: readonly KeyedWrite[]): void {
    if (writes.length === 0) return;
    const order: string[] = [];
    let characters = 0;
    for (const { path: file, content, key } of writes) {
      order.push(file, content, key);
      characters += file.length + content.length;
    }
    this.#orders.push({ files: writes.length, characters });
    this.#waiting += characters;
    this.#worker.postMessage(order satisfies WriteOrder);
  }

  /** Waits until at most so many characters wait. Throws what went wrong in the thread. */
  async drained(most: number, progress: () => void = () => undefined): Promise<void> {
    for (;;) {
      if (this.#failed !== null) throw this.#failed;
      if (this.#waiting <= most) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      progress();
    }
  }

  /** Resolves when the thread does nothing any more. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: WriteAnswer): void {
    const { files = 0, characters = 0 } = this.#orders.shift() ?? {};
    this.#waiting -= characters;
    if (answer.ok) {
      this.#keep(answer.rows, files);
      return;
    }
    const { code } = answer;
    throw code === null
      ? new NotAFolder(answer.path)
      : new WriteFailed(answer.path, Object.assign(new Error(code), { code }));
  }

  #fail(error: unknown): void {
    this.#failed ??= error instanceof Error ? error : new Error(String(error));
  }
}
