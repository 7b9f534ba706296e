/**
 * Keeps the documentation equal to the program: `--write` regenerates what is generated, `--check`
 * (the default) changes nothing and tells what differs.
 */
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import prettier from "prettier";
import { diagnosticsPage } from "./lib/diagnostics-page.mjs";
import { findingsPage } from "./lib/findings-page.mjs";
import { markedPages } from "./lib/marked-sections.mjs";
import { inRoot } from "./lib/root.mjs";

/** Compares, or writes, every page that holds something generated. */
export async function docs({ write }) {
  const pages = [...(await markedPages()), await diagnosticsPage(), await findingsPage()];
  const said = [];
  for (const { file, present, wanted, complaints } of pages) {
    said.push(...complaints);
    const options = { ...(await prettier.resolveConfig(inRoot(file))), parser: "markdown" };
    const formatted = await prettier.format(wanted, options);
    if (formatted === present) continue;
    if (write) fs.writeFileSync(inRoot(file), formatted);
    else said.push(`${file} is not what the program says: run npm run docs`);
  }
  return {
    ok: said.length === 0,
    output: said.map((one) => `${one}\n`).join(""),
    summary: `${pages.length} pages`,
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { ok, output } = await docs({ write: process.argv.includes("--write") });
  process.stdout.write(output);
  process.exitCode = ok ? 0 : 1;
}
