/** Reads and parses domain files in a thread of its own: `yaml` is the slow part of a large build. */
import { parentPort, workerData } from "node:worker_threads";
import { parseFound } from "./parse-found.ts";

const { root } = workerData as { root: string };

parentPort?.on("message", (files: readonly string[]) => {
  parentPort?.postMessage(files.map((file) => parseFound(root, file)));
});
