/** Writes files in a thread of its own, while the main one renders the next. */
import { parentPort, workerData } from "node:worker_threads";
import { FileWriter, WriteFailed } from "./file-writer.ts";
import type { WriteAnswer, WriteOrder } from "./new-dist.ts";
import { codeOf } from "./site-files.ts";

const { folder } = workerData as { folder: string };
const writer = new FileWriter(folder, "dist", "unseen");
let begun = false;

parentPort?.on("message", (order: WriteOrder) => {
  parentPort?.postMessage(carryOut(order));
});

function carryOut(order: WriteOrder): WriteAnswer {
  try {
    if (!begun) writer.begin();
    begun = true;
    return { ok: true, written: order.map((write) => writer.write(write)) };
  } catch (error) {
    if (error instanceof WriteFailed) {
      return { ok: false, path: error.path, code: codeOf(error.cause) };
    }
    if (codeOf(error) !== "") return { ok: false, path: "dist", code: codeOf(error) };
    return { ok: false, path: error instanceof Error ? error.message : "dist", code: null };
  }
}
