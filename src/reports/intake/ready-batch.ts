/** Reports on their way into journal and store, in the form that these two write. */
import { addRecord } from "../journal/journal.ts";
import { FramesBuilder, type Frames } from "../journal/journal-frame.ts";
import type { NewReport } from "../new-report.ts";
import type { ReadyReport } from "./intake-source.ts";

/** The n-th frame is that of the n-th report. */
export interface ReadyBatch {
  readonly reports: readonly NewReport[];
  readonly frames: Frames;
}

/** Bytes for the records of a batch of a thousand. */
const usualBytes = 1024 * 1024;

/** Collects reports without keeping their objects. */
export class ReadyBatchBuilder {
  readonly #reports: NewReport[] = [];
  readonly #frames: FramesBuilder;

  constructor(bytes = usualBytes) {
    this.#frames = new FramesBuilder(bytes);
  }

  get length(): number {
    return this.#reports.length;
  }

  add({ report, record }: ReadyReport): void {
    this.#reports.push(report);
    addRecord(this.#frames, record);
  }

  finish(): ReadyBatch {
    return { reports: this.#reports, frames: this.#frames.finish() };
  }
}

/** Makes a batch of some reports. */
export function batchOf(ready: readonly ReadyReport[]): ReadyBatch {
  const builder = new ReadyBatchBuilder(64 * 1024);
  for (const one of ready) builder.add(one);
  return builder.finish();
}
