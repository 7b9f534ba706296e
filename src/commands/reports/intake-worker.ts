/** Takes reports in in a thread of its own: unpacking and reading them is most of the work. */
import { parentPort, workerData } from "node:worker_threads";
import { metaOf } from "../../edge/reports/journal.ts";
import { intake, type IntakeBatch, type IntakeOrder } from "./intake.ts";

/**
 * A batch on its way to the main thread. Of each report its JSON: texts cost a third of the objects that
 * they are of. What was gzipped goes in one piece, which is handed over and not copied.
 */
export interface SentBatch {
  readonly batch: IntakeBatch<string>;
  /** JSON: of each report its key and its deviations. */
  readonly heads: string;
  /** Of each report what the journal has beside it. */
  readonly metas: readonly string[];
  readonly lengths: readonly number[];
  readonly gzips: Uint8Array;
}

export type SentHead = readonly [key: string, deviations: readonly string[]];

const port = parentPort;
if (port !== null) {
  let gzips: Uint8Array[] = [];
  let metas: string[] = [];
  let heads: SentHead[] = [];
  // The main thread asks for each batch, so that no more of them are in memory than it wants.
  const batches = intake(workerData as IntakeOrder, ({ report, record, text }) => {
    gzips.push(record.gzip);
    metas.push(metaOf(record));
    heads.push([report.key, report.deviations]);
    return text;
  });
  port.on("message", () => {
    batches.next().then(
      ({ done, value }) => {
        if (done === true) {
          port.postMessage(null);
          return;
        }
        const joined = join(gzips);
        const lengths = gzips.map(({ length }) => length);
        const sent = { batch: value, heads: JSON.stringify(heads), metas, lengths, gzips: joined };
        heads = [];
        gzips = [];
        metas = [];
        port.postMessage(sent satisfies SentBatch, [joined.buffer]);
      },
      (error: unknown) => {
        // Thrown where nobody catches it, it becomes the worker's error event.
        setImmediate(() => {
          throw error;
        });
      },
    );
  });
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
