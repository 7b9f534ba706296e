import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundling } from "./compile.mjs";

/** Imports a TypeScript source of the program, as it is now. */
export async function loadSource(file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stspress-source-"));
  try {
    const outfile = path.join(folder, "source.mjs");
    await build({ ...bundling, entryPoints: [file], outfile });
    return await import(pathToFileURL(outfile).href);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
