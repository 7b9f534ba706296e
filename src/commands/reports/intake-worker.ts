/** Takes reports in in a thread of its own: unpacking and reading them is most of the work. */
import { parentPort, workerData } from "node:worker_threads";
import { intake, type IntakeBatch, type IntakeOrder } from "./intake.ts";

/**
 * A batch on its way to the main thread. Of each report the JSON of its row and its hints: texts cost a
 * third of the objects that they are of. What was gzipped goes in one piece, which is handed over and
 * not copied.
 */
export interface SentBatch {
  readonly batch: IntakeBatch<string>;
  readonly lengths: readonly number[];
  readonly gzips: Uint8Array;
}

const port = parentPort;
if (port !== null) {
  let gzips: Uint8Array[] = [];
  // The main thread asks for each batch, so that no more of them are in memory than it wants.
  const batches = intake(workerData as IntakeOrder, ({ report, record, text }) => {
    gzips.push(record.gzip);
    const { key, arrival, deviations } = report;
    return `[${JSON.stringify([key, arrival, deviations, record.hints]).slice(1, -1)},${text}]`;
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
        gzips = [];
        const sent: SentBatch = { batch: value, lengths, gzips: joined };
        port.postMessage(sent, [joined.buffer]);
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
