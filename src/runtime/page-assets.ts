/** The pages' scripts and styles, compiled together with the program. */
import fs from "node:fs";

/** Reads those of the records page from beside the program. */
export function readPageAssets(): { script: string; style: string } {
  return { script: read("records-page.js"), style: read("records-page.css") };
}

/** Reads those of the reports page. */
export function readReportsPageAssets(): {
  overviewScript: string;
  domainScript: string;
  style: string;
} {
  return {
    overviewScript: read("reports-overview.js"),
    domainScript: read("reports-domain.js"),
    style: read("reports-page.css"),
  };
}

function read(name: string): string {
  return fs.readFileSync(new URL(`./${name}`, import.meta.url), "utf8");
}
