/** In which format a verb prints its result and its diagnostics. */
import type { OptionValues } from "./options.ts";

/** The version of the JSON that verbs print; it grows when a field is removed or changes its meaning. */
export const jsonVersion = 1;

/** `jsonl` is one JSON value per line. */
export type Format = "text" | "json" | "jsonl" | "github";

/** The format that a command line asks for. `--format` may name others, which print diagnostics as text. */
export function formatOf(options: OptionValues): Format {
  if (options["json"] === true) return "json";
  if (options["jsonl"] === true) return "jsonl";
  const format = options["format"];
  return format === "json" || format === "jsonl" || format === "github" ? format : "text";
}

/** The same of a command line that could not be parsed. */
export function formatOfWords(argv: readonly string[]): Format {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const at = words.indexOf("--format");
  const joined = words.find((word) => word.startsWith("--format="))?.slice("--format=".length);
  return formatOf({
    json: words.includes("--json"),
    jsonl: words.includes("--jsonl"),
    format: joined ?? (at === -1 ? undefined : words[at + 1]),
  });
}
