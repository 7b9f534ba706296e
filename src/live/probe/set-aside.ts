/** Remembers which name servers were silent, and sets aside those that have been for long. */
import { success, type Result } from "../../diagnostics/result.ts";
import { changeEvidence } from "../../site/disk/change-evidence.ts";
import { setAside, withSilence } from "../../site/evidence/silent-servers.ts";
import type { UnixSeconds } from "../../site/stamp.ts";
import type { Sighting } from "../record-sightings.ts";

/** Sightings in which the servers are marked that have been silent for long. */
export interface CountedSightings {
  readonly sightings: readonly Sighting[];
  /** How many lines of stspress.evidence changed. */
  readonly evidenceLines: number;
}

/** Writes who was silent into stspress.evidence, and marks those that have been for long. */
export async function setAsideSilent(
  root: string,
  sightings: readonly Sighting[],
  now: UnixSeconds,
): Promise<Result<CountedSightings>> {
  const looks = sightings.flatMap((one) => (one.kind === "look" ? [one.look] : []));
  if (looks.length === 0) return success({ sightings, evidenceLines: 0 });
  const changed = await changeEvidence(root, {
    servers: (known) => withSilence(known, looks, now),
  });
  if (!changed.ok) return changed;
  const { servers, lines } = changed.value;
  return success({
    sightings: sightings.map((one) =>
      one.kind === "look" ? { ...one, look: setAside(one.look, servers) } : one,
    ),
    evidenceLines: lines,
  });
}
