/** The records page's script and style, compiled together with the program. */
import fs from "node:fs";

/** Reads them from beside the program. */
export function readPageAssets(): { script: string; style: string } {
  const read = (name: string) => fs.readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
  return { script: read("records-page.js"), style: read("records-page.css") };
}
