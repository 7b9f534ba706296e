/** Finds templates: the program's own, and a site's, which win by name. */
import fs from "node:fs";
import path from "node:path";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { readSiteFile, whyOutside } from "./site-files.ts";

export interface FoundTemplate {
  readonly file: string;
  readonly text: string;
}

/** Reads every `.hbs` below the program's templates folder and below the site's. */
export function readTemplates(
  programFolder: string,
  root: string,
): { templates: Map<string, FoundTemplate>; diagnostics: Diagnostic[] } {
  const templates = new Map<string, FoundTemplate>();
  const diagnostics: Diagnostic[] = [];
  for (const name of listTemplates(programFolder)) {
    const file = path.join(programFolder, `${name}.hbs`);
    templates.set(name, { file: `templates/${name}.hbs`, text: fs.readFileSync(file, "utf8") });
  }
  const own = path.join(root, "templates");
  if (path.resolve(own) === path.resolve(programFolder)) return { templates, diagnostics };
  const outside = whyOutside(root, "templates");
  if (outside !== null) return { templates, diagnostics: [...outside.problems] };
  for (const name of listTemplates(own)) {
    const file = `templates/${name}.hbs`;
    const read = readSiteFile(root, file);
    if (read === null) continue;
    if (!read.ok) diagnostics.push(...read.problems);
    else templates.set(name, { file, text: new TextDecoder().decode(read.value) });
  }
  return { templates, diagnostics };
}

function listTemplates(folder: string): string[] {
  let found: string[];
  try {
    found = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
  return found
    .filter((name) => name.endsWith(".hbs"))
    .map((name) => name.slice(0, -".hbs".length).split(path.sep).join("/"))
    .sort();
}
