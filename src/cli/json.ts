/** Diagnostics as data, the same shape in every command's `--json`. */
import { explain } from "../diagnostics/catalogue.ts";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.ts";

export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly fix: string | null;
  readonly source: string | null;
  readonly place: JsonPlace | null;
  readonly related: readonly JsonPlace[];
}

export interface JsonPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Turns a diagnostic into its public JSON shape. */
export function diagnosticToJson(found: Diagnostic): JsonDiagnostic {
  return {
    code: found.code,
    ...explain(found),
    place: found.place === undefined ? null : placeToJson(found.place),
    related: (found.related ?? []).map(placeToJson),
  };
}

function placeToJson({ file, line, column, length }: Place): JsonPlace {
  return { file, line, column, length };
}
