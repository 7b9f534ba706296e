/**
 * The first `dist/` of a site. It is made below `.stspress/`, in threads of their own when there is much
 * of it, while the rest is still being rendered, and appears whole by one rename once all of it is known
 * to be right. Nobody sees it before.
 */
import fs from "node:fs";
import path from "node:path";
import type { KeyedWrite } from "./dist.ts";
import { FileWriter, WriteFailed } from "./file-writer.ts";
import { formatRow, manifestName } from "./manifest.ts";
import { WriterThread } from "./writer-thread.ts";

/** Below this a thread takes longer to start than to help. */
const fewFiles = 2000;
const chunkSize = 200;
/** One would wait for the file system while a processor waits for work; more would wait for each other in it. */
const threadCount = 2;
/**
 * Characters that may wait for the threads: the disk is slower than the templates, and memory has an end.
 * Enough for the policies of 100,000 domains, so that the threads have work while the records page is made.
 */
const maxWaiting = 16_000_000;

export class NewDist {
  readonly #folder: string;
  readonly #final: string;
  readonly #writer: FileWriter;
  /** The manifest grows with the files: as a whole it would be the largest thing in memory. */
  #manifest: number | null = null;
  #chunk: KeyedWrite[] = [];
  #waiting: KeyedWrite[][] = [];
  #threads: readonly WriterThread[] = [];
  #written = 0;

  constructor(siteRoot: string) {
    // On the file system of dist/, where nobody serves it.
    this.#folder = path.join(siteRoot, ".stspress", "new-dist");
    this.#final = path.join(siteRoot, "dist");
    this.#writer = new FileWriter(this.#folder, "dist", "unseen");
  }

  /** Takes a file; resolves when there is room for more. Errors: {@link WriteFailed}, NotAFolder. */
  async add(write: KeyedWrite): Promise<void> {
    this.#chunk.push(write);
    if (this.#chunk.length < chunkSize) return;
    this.#waiting.push(this.#chunk);
    this.#chunk = [];
    if (this.#threads.length === 0) {
      if (this.#waiting.length * chunkSize < fewFiles) return;
      await this.#begin();
      this.#threads = Array.from({ length: threadCount }, () => {
        return new WriterThread(this.#folder, (rows, count) => {
          this.#remember(rows, count);
        });
      });
    }
    this.#send();
    await Promise.all(this.#threads.map((one) => one.drained(maxWaiting / threadCount)));
  }

  /** Writes what is left; then all is there but not seen. Errors: {@link WriteFailed}, NotAFolder. */
  async complete(progress: (done: number) => void): Promise<void> {
    this.#waiting.push(this.#chunk);
    this.#chunk = [];
    if (this.#threads.length === 0) {
      await this.#begin();
      for (const one of this.#waiting.flat()) {
        this.#remember(formatRow(one.path, { ...this.#writer.write(one), key: one.key }), 1);
      }
    } else {
      this.#send();
      const told = () => {
        progress(this.#written);
      };
      await Promise.all(this.#threads.map((one) => one.drained(0, told)));
    }
    this.#waiting = [];
    await this.#end();
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
  async discard(): Promise<void> {
    await this.#end();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    try {
      await this.discard();
      this.#writer.begin();
      this.#manifest = fs.openSync(path.join(this.#folder, manifestName), "wx");
    } catch (error) {
      throw new WriteFailed("dist", error);
    }
  }

  /** Gives each chunk to the thread that has least to do. */
  #send(): void {
    for (const chunk of this.#waiting) {
      const [first, ...others] = this.#threads;
      if (first === undefined) return;
      others.reduce((least, one) => (one.waiting < least.waiting ? one : least), first).send(chunk);
    }
    this.#waiting = [];
  }

  #remember(rows: string, count: number): void {
    this.#written += count;
    try {
      if (this.#manifest !== null) fs.writeFileSync(this.#manifest, rows);
    } catch (error) {
      throw new WriteFailed(`dist/${manifestName}`, error);
    }
  }

  async #end(): Promise<void> {
    // A thread that is still at work would make what is being removed.
    await Promise.all(this.#threads.map((one) => one.end()));
    this.#threads = [];
    if (this.#manifest !== null) fs.closeSync(this.#manifest);
    this.#manifest = null;
  }
}
