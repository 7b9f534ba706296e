/** What the container of a report (mail, archive, file name) says about it; kept with its raw bytes. */
import type { DeviationCode } from "./deviations.ts";

/** Everything in it is hostile; lengths are bounded by whoever fills it in. */
export interface Hints {
  /** Name of the file or of the attachment; "" where there is none. */
  readonly name: string;
  /** The report-id in the Subject of its mail; null: no mail, or it names none. */
  readonly subjectId: string | null;
  /** `TLS-Report-Domain`; null: no mail, or it names none. */
  readonly domain: string | null;
  /** Deviations of the container, seen while it was unpacked. */
  readonly wrapping: readonly DeviationCode[];
}
