/** The reasons that people give for leaving a guard out: kept in the file for whoever reviews it. */
import type { YamlPath } from "./site-config.ts";
import type { DiagnosticCollector } from "./diagnostic-collector.ts";
import { printPath } from "./shape.ts";

const maxCharacters = 200;

/** Reads a reason: one line of at most 200 characters; null where it is absent or wrong. */
export function readReason(
  written: string | undefined,
  path: YamlPath,
  collector: DiagnosticCollector,
): string | null {
  if (written === undefined) return null;
  const reason = written.trim();
  const why =
    reason === ""
      ? "empty"
      : /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(reason)
        ? "control"
        : [...reason].length > maxCharacters
          ? "long"
          : null;
  if (why === null) return reason;
  collector.add("config/reason", { key: printPath(path), why }, path);
  return null;
}
