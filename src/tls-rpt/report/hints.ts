/** What the wrapping of a report said of it: evidence beside the report, kept with its raw bytes. */
import type { DeviationCode } from "./deviations.ts";

/** Everything in it is hostile; lengths are bounded by whoever fills it in. */
export interface Hints {
  /** Name of the file or of the attachment; "" where there is none. */
  readonly name: string;
  /** The report-id that the Subject of its mail tells; null: no mail, or it tells none. */
  readonly subjectId: string | null;
  /** `TLS-Report-Domain`; null: no mail, or it tells none. */
  readonly domain: string | null;
  /** Deviations of the wrapping, seen while it was taken off. */
  readonly wrapping: readonly DeviationCode[];
}
