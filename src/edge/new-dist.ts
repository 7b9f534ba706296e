/**
 * The first `dist/` of a site. It is made below `.stspress/`, in a thread of its own when there is much
 * of it, while the rest is still being rendered, and appears whole by one rename once all of it is known
 * to be right. Nobody sees it before.
 */
import fs from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type { KeyedWrite } from "./dist.ts";
import { FileWriter, NotAFolder, WriteFailed, type Write, type Written } from "./file-writer.ts";
import { formatManifest, manifestName, type ManifestRow } from "./manifest.ts";

/** Below this a thread takes longer to start than to help. */
const fewFiles = 2000;
const chunkSize = 200;
/**
 * Characters that may wait for the thread: the disk is slower than the templates, and memory has an end.
 * Enough for the policies of 100,000 domains, so that the thread has work while the records page is made.
 */
const maxWaiting = 16_000_000;

/** What the thread is told, and what it answers: how each file was left, or what went wrong. */
export type WriteOrder = readonly Write[];
export type WriteAnswer =
  | { readonly ok: true; readonly written: readonly Written[] }
  | { readonly ok: false; readonly path: string; readonly code: string | null };

export class NewDist {
  readonly #folder: string;
  readonly #final: string;
  readonly #rows = new Map<string, ManifestRow>();
  #chunk: KeyedWrite[] = [];
  #waiting: KeyedWrite[][] = [];
  #thread: WriterThread | null = null;

  constructor(siteRoot: string) {
    this.#folder = newDistFolder(siteRoot);
    this.#final = path.join(siteRoot, "dist");
  }

  /** Takes a file; resolves when there is room for more. Errors: {@link WriteFailed}. */
  async add(write: KeyedWrite): Promise<void> {
    this.#chunk.push(write);
    if (this.#chunk.length < chunkSize) return;
    this.#waiting.push(this.#chunk);
    this.#chunk = [];
    if (this.#thread === null) {
      if (this.#waiting.length * chunkSize < fewFiles) return;
      this.discard();
      this.#thread = new WriterThread(this.#folder, (file, row) => this.#rows.set(file, row));
    }
    await this.#feed(this.#thread);
  }

  /** Writes what is left; then all is there but not seen. Errors: {@link WriteFailed}, {@link NotAFolder}. */
  async complete(progress: (done: number) => void): Promise<void> {
    const rest = [...this.#waiting.flat(), ...this.#chunk];
    this.#waiting = [];
    this.#chunk = [];
    if (this.#thread !== null) {
      this.#thread.send(rest);
      await this.#thread.drained(0, () => {
        progress(this.#rows.size);
      });
    }
    const writer = new FileWriter(this.#folder, "dist", "unseen");
    if (this.#thread === null) {
      this.discard();
      writer.begin();
      for (const one of rest) this.#rows.set(one.path, { ...writer.write(one), key: one.key });
    }
    this.#thread?.end();
    writer.write({ path: manifestName, content: formatManifest(this.#rows, []) });
  }

  /** Makes it `dist/`. Errors: {@link WriteFailed}. */
  publish(): void {
    try {
      fs.renameSync(this.#folder, this.#final);
    } catch (error) {
      throw new WriteFailed("dist", error);
    }
  }

  /** Removes what was made, or what a killed build left. */
  discard(): void {
    this.#thread?.end();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  async #feed(thread: WriterThread): Promise<void> {
    for (const chunk of this.#waiting) thread.send(chunk);
    this.#waiting = [];
    await thread.drained(maxWaiting, () => undefined);
  }
}

/** Where the first `dist/` of a site is made; on the same file system, where nobody serves it. */
export function newDistFolder(siteRoot: string): string {
  return path.join(siteRoot, ".stspress", "new-dist");
}

interface Order {
  readonly files: readonly Pick<KeyedWrite, "path" | "key">[];
  readonly characters: number;
}

class WriterThread {
  readonly #worker: Worker;
  /** Without the contents, which only the thread needs from here on. */
  readonly #orders: Order[] = [];
  #waiting = 0;
  readonly #keep: (file: string, row: ManifestRow) => void;
  #failed: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(folder: string, keep: (file: string, row: ManifestRow) => void) {
    this.#keep = keep;
    this.#worker = new Worker(new URL("./write-worker.js", import.meta.url), {
      workerData: { folder },
    });
    this.#worker.on("message", (answer: WriteAnswer) => {
      this.#take(answer);
      this.#wake();
    });
    this.#worker.on("error", (error) => {
      this.#failed ??= error instanceof Error ? error : new Error(String(error));
      this.#wake();
    });
  }

  send(writes: readonly KeyedWrite[]): void {
    if (writes.length === 0) return;
    const files = writes.map(({ path: file, key }) => ({ path: file, key }));
    const characters = writes.reduce((sum, { path: file, content }) => {
      return sum + file.length + content.length;
    }, 0);
    this.#orders.push({ files, characters });
    this.#waiting += characters;
    this.#worker.postMessage(writes.map(({ path: file, content }) => ({ path: file, content })));
  }

  /** Waits until at most so many characters wait. Throws what went wrong in the thread. */
  async drained(most: number, progress: () => void): Promise<void> {
    for (;;) {
      if (this.#failed !== null) throw this.#failed;
      if (this.#waiting <= most) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      progress();
    }
  }

  end(): void {
    void this.#worker.terminate();
  }

  #take(answer: WriteAnswer): void {
    const order = this.#orders.shift();
    this.#waiting -= order?.characters ?? 0;
    if (!answer.ok) {
      const { code } = answer;
      this.#failed ??=
        code === null
          ? new NotAFolder(answer.path)
          : new WriteFailed(answer.path, Object.assign(new Error(code), { code }));
      return;
    }
    answer.written.forEach((written, index) => {
      const write = order?.files[index];
      if (write !== undefined) this.#keep(write.path, { ...written, key: write.key });
    });
  }
}
