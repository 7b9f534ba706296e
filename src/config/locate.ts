/** The place of a declaration, for what the plan and the lock find out about a domain. */
import type { Place } from "../diagnostics/diagnostic.ts";
import type { YamlPath } from "./site-config.ts";
import type { ReadText } from "./places.ts";
import { readYamlText } from "./yaml-source.ts";

/** Gives a key's value its place in a site file; null where the file cannot be read any more. */
export function locateInFile(
  readText: ReadText,
  file: string,
  path: YamlPath,
  at: "key" | "value" = "value",
): Place | null {
  const text = readText(file);
  if (text === null) return null;
  const read = readYamlText(file, text);
  return read.ok ? read.source.place(path, at) : null;
}
