/** Reads and parses domain files in a thread of its own: `yaml` is the slow part of a large build. */
import { parentPort, workerData } from "node:worker_threads";
import { parseDomainFile } from "../config/domain-file.ts";
import { readFound } from "../edge/site-files.ts";
import type { ParsedFile } from "./parse-files.ts";

const { root } = workerData as { root: string };

parentPort?.on("message", (files: readonly string[]) => {
  parentPort?.postMessage(files.map((file) => parseFound(root, file)));
});

function parseFound(siteRoot: string, file: string): ParsedFile {
  const read = readFound(siteRoot, file);
  return read.ok
    ? parseDomainFile(file, read.bytes)
    : { declarations: null, diagnostics: [read.diagnostic] };
}
