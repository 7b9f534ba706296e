/** What the container of a report said about it; kept with its raw bytes. */
import type { DeviationCode } from "./deviations.ts";

/** Every text is hostile; whoever fills it in bounds the lengths. */
export interface Hints {
  /** Name of the file or the attachment; "": none. */
  readonly name: string;
  /** The report-id in the Subject of its mail; null: none. */
  readonly subjectId: string | null;
  /** `TLS-Report-Domain`; null: none. */
  readonly domain: string | null;
  /** Deviations of the container that were seen while unwrapping. */
  readonly containerDeviations: readonly DeviationCode[];
}
