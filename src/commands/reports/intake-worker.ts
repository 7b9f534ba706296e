/** Takes reports in in a thread of its own: unpacking and reading them is most of the work. */
import { parentPort, workerData } from "node:worker_threads";
import { intake, type IntakeBatch, type IntakeOrder } from "./intake.ts";

/** A batch on its way to the main thread: what was gzipped in one piece, which is handed over and not copied. */
export interface SentBatch {
  readonly batch: IntakeBatch;
  readonly lengths: readonly number[];
  readonly gzips: Uint8Array;
}

const port = parentPort;
if (port !== null) {
  // The main thread asks for each batch, so that no more of them are in memory than it wants.
  const batches = intake(workerData as IntakeOrder);
  port.on("message", () => {
    batches.next().then(
      ({ done, value }) => {
        if (done === true) port.postMessage(null);
        else send(value);
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

function send(batch: IntakeBatch): void {
  const gzips = batch.ready.map(({ record }) => record.gzip);
  const joined = new Uint8Array(gzips.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const gzip of gzips) {
    joined.set(gzip, at);
    at += gzip.length;
  }
  const none = new Uint8Array(0);
  const ready = batch.ready.map(({ report, record }) => ({
    report,
    record: { ...record, gzip: none },
  }));
  const sent: SentBatch = {
    batch: { ...batch, ready },
    lengths: gzips.map(({ length }) => length),
    gzips: joined,
  };
  port?.postMessage(sent, [joined.buffer]);
}
