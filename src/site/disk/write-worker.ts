/** Writes files in a thread of its own, while the main one renders the next. */
import { parentPort, workerData } from "node:worker_threads";
import { FileWriter, NotAFolder, WriteFailed } from "./file-writer.ts";
import { formatRow } from "./manifest.ts";
import type { WriteAnswer, WriteOrder } from "./writer-thread.ts";
import { codeOf } from "../../runtime/system-error.ts";

const { folder } = workerData as { folder: string };
const writer = new FileWriter(folder, "dist", "unseen");

parentPort?.on("message", (order: WriteOrder) => {
  parentPort?.postMessage(carryOut(order));
});

function carryOut(order: WriteOrder): WriteAnswer {
  try {
    let rows = "";
    for (let at = 0; at < order.length; at += 3) {
      const [path = "", content = "", key = ""] = order.slice(at, at + 3);
      rows += formatRow(path, { ...writer.write({ path, content }), key });
    }
    return { ok: true, rows };
  } catch (error) {
    if (error instanceof WriteFailed) {
      return { ok: false, path: error.path, code: codeOf(error.cause) };
    }
    if (codeOf(error) !== "") return { ok: false, path: "dist", code: codeOf(error) };
    if (error instanceof NotAFolder) return { ok: false, path: error.path, code: null };
    throw error;
  }
}
